"""What a dialect declares about itself, so that nobody else needs to know its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from watchclock_protocol.desk_reader import DeskReaderSession
from watchclock_protocol.errors import (
    HostMissingError,
    LiveMissingError,
    ProfileUnknownError,
    UnitUnknownError,
)
from watchclock_protocol.files import FileFormat, FileListener
from watchclock_protocol.framing.declarations import Framing
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import HostSession, Listener, LiveSession
from watchclock_protocol.usb_identities import UsbIdentity

__all__ = ["Capability", "Dialect", "LineSettings", "SharedLine", "file_dialect"]
__all__ += ["find_profile", "host_session", "live_session", "require_unit"]


class Capability(StrEnum):
    """What the wands of a dialect can do; callers ask instead of catching errors."""

    READS_CLOCK = "reads_clock"
    HAS_SLOTS = "has_slots"
    REPORTS_HEALTH = "reports_health"
    KEEPS_SYSTEM_LOG = "keeps_system_log"
    KEEPS_KNOCK_LOG = "keeps_knock_log"
    IS_FILE = "is_file"
    ACKNOWLEDGE_WIPES = "acknowledge_wipes"
    ACKNOWLEDGE_SETS_CLOCK = "acknowledge_sets_clock"
    RESUMES = "resumes"
    """A link that broke while records were read may be taken up at any request: records and
    acknowledgement name the wand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """How the serial port is opened.

    Attributes:
        baud: bits per second; always 8 data bits, no parity, 1 stop bit.
        other_bauds: speeds of other wands of the dialect, tried when nobody answers at ``baud``.
        dtr: level of the DTR line after opening.
        rts: level of the RTS line after opening.
        settle_s: seconds to wait after opening, input then discarded.
    """

    baud: int
    other_bauds: tuple[int, ...] = ()
    dtr: bool = True
    rts: bool = True
    settle_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLine:
    """How wands that share one line are told apart.

    Attributes:
        units: the addresses a wand can have.
        host: makes a host session with the wand that has this address; the first argument is the
            seed, as for ``Dialect.host``.
    """

    units: range
    host: Callable[[int, int], HostSession]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One wire format.

    Attributes:
        name: stable short name, part of every wand's key.
        title: name for people.
        line: serial settings.
        capabilities: what its wands can do.
        listener: makes a listener.
        host: makes a host session; the argument is any integer and seeds what the dialect would
            otherwise have to draw at random, so that a session can be repeated exactly. None for
            a dialect that is only heard, such as a maker's export file.
        profiles: other host sessions by the name an address can ask for, for wands that differ in
            what they do not tell.
        kept_kinds: kinds of records that an acknowledgement leaves on the wand, where it wipes the
            others: they come again with every download.
        record_layouts: its records of fixed size, from which block decoders are derived.
        framing: how its frames are told apart by their bytes alone; None where only the
            conversation tells them apart.
        file_format: how the lines of a maker's export file are read; None for what wands speak.
        desk_reader: makes a session with a desk reader, as ``host`` with a wand; None for wands
            and files.
        shared_line: for wands of which several can be on one line; None where a line has one.
        live: makes a host session that can also listen to records as they are made, for the wand
            with this address or, with None, for the only one; None where wands push nothing.
        usb: the USB devices its wands are known to be; empty where nobody has published them.
    """

    name: str
    title: str
    line: LineSettings
    capabilities: frozenset[Capability]
    listener: Callable[[], Listener]
    host: Callable[[int], HostSession] | None = None
    profiles: Mapping[str, Callable[[int], HostSession]] = field(
        default_factory=dict[str, Callable[[int], HostSession]]
    )
    kept_kinds: frozenset[RecordKind] = frozenset()
    record_layouts: tuple[RecordLayout, ...] = ()
    framing: Framing | None = None
    file_format: FileFormat | None = None
    desk_reader: Callable[[int], DeskReaderSession] | None = None
    shared_line: SharedLine | None = None
    live: Callable[[int | None], LiveSession] | None = None
    usb: tuple[UsbIdentity, ...] = ()


def find_profile(dialect: Dialect, profile: str | None) -> Callable[[int], HostSession]:
    """What makes host sessions of the dialect.

    Args:
        dialect: the dialect.
        profile: name of one of its profiles; None for what fits most wands.

    Raises:
        HostMissingError: nobody can talk in this dialect, only hear it.
        ProfileUnknownError: it has no such profile.
    """
    if dialect.host is None:
        raise HostMissingError(dialect=dialect.name)
    if profile is None:
        return dialect.host
    if profile not in dialect.profiles:
        known = ", ".join(sorted(dialect.profiles)) or "-"
        raise ProfileUnknownError(dialect=dialect.name, profile=profile, known=known)
    return dialect.profiles[profile]


def host_session(
    dialect: Dialect, seed: int, unit: int | None = None, profile: str | None = None
) -> HostSession:
    """A host session of the dialect.

    Args:
        dialect: what the wand speaks.
        seed: any integer.
        unit: the wand's address on a shared line; None for the only wand on it.
        profile: name of one of the dialect's profiles; None for what fits most wands.

    Raises:
        HostMissingError: nobody can talk in this dialect, only hear it.
        UnitUnknownError: no wand of this dialect can have that address.
        ProfileUnknownError: it has no such profile.
    """
    make = find_profile(dialect, profile)
    if unit is None:
        return make(seed)
    return _require_shared(dialect, unit).host(seed, unit)


def live_session(dialect: Dialect, unit: int | None = None) -> LiveSession:
    """A host session of the dialect that can listen to records as they are made.

    Raises:
        LiveMissingError: the wands of this dialect push nothing.
        UnitUnknownError: no wand of this dialect can have that address.
    """
    if dialect.live is None:
        raise LiveMissingError(dialect=dialect.name)
    require_unit(dialect, unit)
    return dialect.live(unit)


def require_unit(dialect: Dialect, unit: int | None) -> None:
    """Make sure that a wand of the dialect can have this address on a shared line; None is free.

    Raises:
        UnitUnknownError: it cannot.
    """
    if unit is not None:
        _require_shared(dialect, unit)


def _require_shared(dialect: Dialect, unit: int) -> SharedLine:
    shared = dialect.shared_line
    if shared is None or unit not in shared.units:
        raise UnitUnknownError(dialect=dialect.name, unit=unit)
    return shared


def file_dialect(name: str, title: str, file_format: FileFormat) -> Dialect:
    """The dialect that is a maker's export file: only heard, over no line."""
    return Dialect(
        name=name,
        title=title,
        line=LineSettings(baud=0),
        capabilities=frozenset({Capability.IS_FILE}),
        listener=partial(FileListener, name, file_format),
        file_format=file_format,
    )
