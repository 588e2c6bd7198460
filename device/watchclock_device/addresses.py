"""The one way to write where a wand is docked: ``scheme:target?dialect=name&unit=number``.

What a driver can be told beside its target is a bare word among the options, a switch:
``rfc2217:HOST:PORT?ign_set_control``. Which switches there are, the driver says when it opens.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from watchclock_device.errors import AddressError
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["AUTO", "Address", "parse_address"]

AUTO: Final = "auto"
_LONGEST_UNIT: Final = 9
_OPTIONS: Final = frozenset({"dialect", "unit", "profile"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a wand is docked.

    Attributes:
        scheme: names the driver: ``serial``, ``tcp``, ``rfc2217``, ``usb``, ``hid``, or that of
            an installed driver.
        target: what the driver opens, such as ``/dev/ttyUSB0`` or ``192.0.2.7:7001``.
        dialect: name of the dialect the wand speaks, if it was said.
        unit: the wand's own address on a line that several share, if it was said.
        profile: name of the settings in which this wand is to be asked, if it was said.
        switches: words for the driver, such as ``ign_set_control``.
    """

    scheme: str
    target: str
    dialect: str | None = None
    unit: int | None = None
    profile: str | None = None
    switches: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The address as ``parse_address`` reads it."""
        options = {"dialect": self.dialect, "unit": self.unit, "profile": self.profile}
        told = [f"{name}={value}" for name, value in options.items() if value is not None]
        told += sorted(self.switches)
        question = f"?{'&'.join(told)}" if told else ""
        return f"{self.scheme}:{self.target}{question}"


def parse_address(text: str) -> Address:
    """The address written as ``text``; a bare path is serial, ``socket://`` the same as ``tcp:``.

    Raises:
        AddressError: the text names no scheme or no target, or asks for something unknown.
    """
    place, _, question = text.partition("?")
    if place.startswith("/"):
        scheme, target = "serial", place
    else:
        scheme, _, target = place.partition(":")
        target = target.removeprefix("//")
    if not scheme or not target:
        raise AddressError(address=text or "''", reason="it needs a scheme and a port")
    if scheme == "socket":
        scheme = "tcp"
    switches = frozenset(word for word in question.split("&") if _is_switch(word))
    options = _options(text, question, switches)
    return Address(
        scheme=scheme,
        target=target,
        dialect=options.get("dialect"),
        unit=_unit(text, options.get("unit")),
        profile=options.get("profile"),
        switches=switches,
    )


def _is_switch(word: str) -> bool:
    return word.isascii() and word.isidentifier() and word not in _OPTIONS


def _options(text: str, question: str, switches: frozenset[str]) -> dict[str, str]:
    told = parse_qsl(question, keep_blank_values=True)
    options = {name: value for name, value in told if name not in switches}
    if unknown := options.keys() - _OPTIONS:
        raise AddressError(
            address=text,
            reason=FilledReason("nobody knows the option {option}", option=min(unknown)),
        )
    for name in ("dialect", "profile"):
        if options.get(name) == "":
            raise AddressError(
                address=text, reason=FilledReason("{option}= needs a name", option=name)
            )
    return options


def _unit(text: str, unit: str | None) -> int | None:
    if unit is None:
        return None
    if not (unit.isascii() and unit.isdecimal() and len(unit) <= _LONGEST_UNIT):
        raise AddressError(address=text, reason="unit= needs a number")
    return int(unit)
