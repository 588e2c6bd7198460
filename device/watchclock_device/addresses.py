"""The one way to write where a wand is docked: ``scheme:target?dialect=name``."""

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
    """

    scheme: str
    target: str
    dialect: str | None = None

    @property
    def text(self) -> str:
        """The address as ``parse_address`` reads it."""
        question = "" if self.dialect is None else f"?dialect={self.dialect}"
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
    return Address(scheme=scheme, target=target, dialect=_dialect(text, question))


def _dialect(text: str, question: str) -> str | None:
    options = dict(parse_qsl(question, keep_blank_values=True))
    dialect = options.pop("dialect", None)
    if options:
        raise AddressError(address=text, reason=f"nobody knows the option {min(options)}")
    if dialect == "":
        raise AddressError(address=text, reason="dialect= needs a name")
    return dialect
