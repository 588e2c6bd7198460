"""Which ports there are, and which dialect the wand on one of them speaks.

A probe asks a wand for its number in one dialect after the other, at the usual speed of each, and
at their other speeds when nobody answered. That changes nothing on any wand:

- An fcard request is no command of a wm5000t, whose commands need a session begun with 55 E5 and a
  check sum; the bytes of a wm5000t lie outside any fcard frame, so an fcard wand drops them.
- A kaihe_eb probe is the single byte AA. Only who answers exactly AA is asked for a number. To an
  fcard wand AA is noise between frames; a wm5000t, of which no command begins with AA, drops it.
- A kaihe_eb wand clears for nothing but twelve fixed bytes from EB 70 08 or EB 75 08 on. A
  wm5000t probe has no EB. In an fcard probe, whose token may hold one, 01 and a length of 0 follow
  too soon for that.
- No frame that looks for an xgd controller holds a 7E of fcard, a 55 or E5 of a wm5000t, or the
  twelve bytes that clear a kaihe_eb wand; to an xgd controller nothing is a frame but "!XD".
- A vs request is no frame of any of them, and a vs wand passes over what lacks its magic and sums.

``tests/device/test_probes.py`` lets every simulated wand hear every probe. Nothing of a probe is
captured; the download that follows begins anew.
"""

import secrets
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from watchclock_device.addresses import AUTO, Address, parse_address
from watchclock_device.clocks import Clocks
from watchclock_device.conversation import Conversation, Unrecorded, ignore
from watchclock_device.errors import (
    DeviceError,
    LinkLostError,
    NoiseError,
    NoWandError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    PortUnusableError,
    SeveralWandsError,
)
from watchclock_device.links import FoundPort, Link, PortDriver
from watchclock_device.registry import open_link
from watchclock_protocol.dialect import (
    Dialect,
    LineSettings,
    find_profile,
    host_session,
    require_unit,
)
from watchclock_protocol.dialects import find_dialect, load_dialects
from watchclock_protocol.errors import RemoteProtocolError, WandChangedError
from watchclock_protocol.session import Identify

__all__ = ["Discovery", "Dock", "several_at"]

_SEED_BITS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Dock:
    """A place where one wand waits.

    Attributes:
        address: where.
        dialect: what the wand speaks.
        baud: the speed at which it answered; None for the usual speed of the dialect.
    """

    address: Address
    dialect: Dialect
    baud: int | None = None

    @property
    def line(self) -> LineSettings:
        """How its port is opened."""
        line = self.dialect.line
        return line if self.baud is None else replace(line, baud=self.baud)


class Discovery:
    """Looks at ports, and asks at them who is there."""

    def __init__(
        self, drivers: Mapping[str, PortDriver], clocks: Clocks, also: Iterable[str] = ()
    ) -> None:
        """Remembers where to look.

        Args:
            drivers: by scheme.
            clocks: for the deadlines of probes.
            also: more places than the drivers find by themselves: addresses, or paths that may
                hold ``*`` (pseudo-terminals are never listed by the system).
        """
        self._drivers = drivers
        self._clocks = clocks
        self._also = tuple(also)
        self._noise_bytes = 0

    def find_ports(self) -> list[FoundPort]:
        """The ports that exist now, each once.

        Raises:
            AddressError: one of the additional places is no address.
        """
        found = [port for driver in self._drivers.values() for port in driver.find()]
        for place in self._also:
            paths = _expand(place) if place.startswith("/") else [place]
            found += [
                FoundPort(address=parse_address(path).text, description="") for path in paths
            ]
        return list({port.address: port for port in found}.values())

    def find_dock(self, where: str, dialect: str | None = None) -> Dock:
        """The one wand at ``where``, an address or ``auto``.

        Args:
            where: an address, or ``auto`` for the only wand on any port.
            dialect: what it speaks, if known; wins over the dialect in the address. Then nothing
                is probed unless ``where`` is ``auto`` or its wands have several speeds.

        Raises:
            AddressError: ``where`` is no address.
            DialectUnknownError: nobody knows the dialect.
            ProfileUnknownError: the dialect has no such profile.
            UnitUnknownError: no wand of the dialect can have the unit in the address.
            NoWandError: nobody answers.
            NoiseError: what arrives from that address means nothing in any dialect.
            SeveralWandsError: more than one wand answers.
            DeviceError: the port cannot be opened; see ``PortDriver.open``.
        """
        asked = None if dialect is None else find_dialect(dialect)
        if where == AUTO:
            return self._find_anywhere(asked)
        address = parse_address(where)
        if asked is None and address.dialect is not None:
            asked = find_dialect(address.dialect)
        if asked is not None:
            return self._find_speed(Dock(address=address, dialect=asked))
        found = self._probe(address, _spoken(address.unit))
        if found is None and self._noise_bytes:
            raise NoiseError(address=address.text, count=self._noise_bytes)
        if found is None:
            raise NoWandError(address=address.text)
        return _checked(found)

    def open(self, dock: Dock) -> Link:
        """An open link to the wand.

        Raises:
            DeviceError: the port cannot be opened; see ``PortDriver.open``.
        """
        return open_link(self._drivers, dock.address, dock.line)

    def find_other_dialect(self, dock: Dock) -> str | None:
        """Name of the dialect the wand speaks instead of the one it did not answer in."""
        others = [other for other in _spoken(dock.address.unit) if other.name != dock.dialect.name]
        found = self._probe(dock.address, others)
        return None if found is None else found.dialect.name

    def _find_speed(self, dock: Dock) -> Dock:
        """The dock of a known dialect; if nobody answers, the download will say so."""
        _checked(dock)
        if not dock.dialect.line.other_bauds:
            return dock
        return self._probe(dock.address, [dock.dialect]) or dock

    def _find_anywhere(self, asked: Dialect | None) -> Dock:
        docks: list[Dock] = []
        closed: list[DeviceError] = []
        found_at: set[str] = set()
        ports = sorted(self.find_ports(), key=lambda port: port.is_slow)
        for port in [port for port in ports if port.may_be_asked]:
            if port.device and port.device in found_at:
                continue
            address = parse_address(port.address)
            try:
                found = self._probe(address, _asked_at(address, asked))
            except (PortBusyError, PortForbiddenError) as error:
                closed.append(error)
            except (LinkLostError, PortNotFoundError, PortUnusableError):
                continue
            else:
                docks += [] if found is None else [found]
                found_at |= set() if found is None else {port.device}
        match docks:
            case [dock]:
                return dock
            case []:
                raise closed[0] if closed else NoWandError(address=AUTO)
            case _:
                named = ", ".join(dock.address.text for dock in docks)
                raise SeveralWandsError(addresses=named)

    def _probe(self, address: Address, dialects: Iterable[Dialect]) -> Dock | None:
        self._noise_bytes = 0
        usual = [Dock(address=address, dialect=each) for each in dialects]
        other = [
            replace(dock, baud=baud) for dock in usual for baud in dock.dialect.line.other_bauds
        ]
        return next((dock for dock in [*usual, *other] if self._answers(dock)), None)

    def _answers(self, dock: Dock) -> bool:
        seed, unit = secrets.randbits(_SEED_BITS), dock.address.unit
        with closing(self.open(dock)) as link:
            session = host_session(dock.dialect, seed, unit)
            talk = Conversation(link, session, Unrecorded(), self._clocks)
            try:
                talk.ask(Identify(), ignore)
            except WandChangedError as error:
                raise SeveralWandsError(addresses=several_at(dock.address, error)) from error
            except RemoteProtocolError:
                self._noise_bytes += talk.received_bytes
                return False
        return True


def _checked(dock: Dock) -> Dock:
    """The same dock, if its dialect has the profile and the unit the address names.

    Raises:
        ProfileUnknownError: it has no such profile.
        UnitUnknownError: it has no such unit.
    """
    require_unit(dock.dialect, dock.address.unit)
    find_profile(dock.dialect, dock.address.profile)
    return dock


def several_at(address: Address, error: WandChangedError) -> str:
    """The address where two wands answered, and who they are."""
    return f"{error.details['expected']}, {error.details['found']} ({address.text})"


def _asked_at(address: Address, asked: Dialect | None) -> list[Dialect]:
    """What a wand at this address may speak: what the address says, as far as anything is asked.

    Raises:
        DialectUnknownError: nobody knows the dialect the address names.
    """
    if address.dialect is None:
        return _spoken(address.unit) if asked is None else [asked]
    named = find_dialect(address.dialect)
    is_wanted = asked is None or asked.name == named.name
    return [named] if is_wanted and named.host is not None else []


def _spoken(unit: int | None = None) -> list[Dialect]:
    """Every dialect that has a host role, and so can be asked for; of a unit, by that unit."""
    return [
        each
        for each in load_dialects().values()
        if each.host is not None and (unit is None or each.shared_line is not None)
    ]


def _expand(pattern: str) -> list[str]:
    return sorted(str(path) for path in Path("/").glob(pattern.removeprefix("/")))
