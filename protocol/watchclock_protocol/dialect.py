"""What a dialect declares about itself, so that nobody else needs to know its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watchclock_protocol.errors import HostMissingError, ProfileUnknownError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import HostSession, Listener

__all__ = ["Capability", "Dialect", "LineSettings", "find_profile", "host_session"]


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
        known = ", ".join(sorted(dialect.profiles)) or "none"
        raise ProfileUnknownError(dialect=dialect.name, profile=profile, known=known)
    return dialect.profiles[profile]


def host_session(dialect: Dialect, seed: int, profile: str | None = None) -> HostSession:
    """A host session of the dialect.

    Raises:
        HostMissingError: nobody can talk in this dialect, only hear it.
        ProfileUnknownError: it has no such profile.
    """
    return find_profile(dialect, profile)(seed)
