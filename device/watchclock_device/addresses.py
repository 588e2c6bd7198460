"""The one way to write where a wand is docked: ``scheme:target?dialect=name&profile=name``."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from watchclock_device.errors import AddressError

__all__ = ["AUTO", "Address", "parse_address"]

AUTO: Final = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a wand is docked.

    Attributes:
        scheme: names the driver: ``serial``, ``tcp``, or that of an installed driver.
        target: what the driver opens, such as ``/dev/ttyUSB0`` or ``192.0.2.7:7001``.
        dialect: name of the dialect the wand speaks, if it was said.
        profile: name of the settings in which this wand is to be asked, if it was said.
    """

    scheme: str
    target: str
    dialect: str | None = None
    profile: str | None = None

    @property
    def text(self) -> str:
        """The address as ``parse_address`` reads it."""
        options = {"dialect": self.dialect, "profile": self.profile}
        said = "&".join(f"{name}={value}" for name, value in options.items() if value is not None)
        return f"{self.scheme}:{self.target}{'?' if said else ''}{said}"


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
    options = _options(text, question)
    return Address(
        scheme=scheme,
        target=target,
        dialect=options.get("dialect"),
        profile=options.get("profile"),
    )


def _options(text: str, question: str) -> dict[str, str]:
    options = dict(parse_qsl(question, keep_blank_values=True))
    if unknown := options.keys() - {"dialect", "profile"}:
        raise AddressError(address=text, reason=f"nobody knows the option {min(unknown)}")
    for name, value in options.items():
        if not value:
            raise AddressError(address=text, reason=f"{name}= needs a name")
    return options
