"""Where a carrier listens: read from an option, on loopback unless told otherwise, and said."""

import errno
import ipaddress
import logging
import os
from typing import Final, NamedTuple

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import PortTakenError, SimulatorOptionError

__all__ = [
    "LARGEST_PORT",
    "LOOPBACK",
    "ListeningPlace",
    "listening_place",
    "parsed_place",
    "port_taken",
    "systems_words",
]

LOG: Final = logging.getLogger(__name__)
LOOPBACK: Final = "127.0.0.1"
LARGEST_PORT: Final = 65_535


class ListeningPlace(NamedTuple):
    """An interface and a TCP port, 0 for any free one."""

    host: str
    port: int


def listening_place(option: str, text: str) -> ListeningPlace:
    """What ``[HOST:]PORT`` means; a warning goes to the log where others than us can connect.

    Args:
        option: the option's name, for messages.
        text: its value; an IPv6 address stands in brackets.

    Raises:
        SimulatorOptionError: it is no such place.
    """
    place = parsed_place(option, text)
    if not _is_loopback(place.host):
        LOG.warning(
            FilledReason(
                "{option}: {host} is not loopback; "
                "whoever reaches this machine can do what a dock can",
                option=option,
                host=place.host,
            )
        )
    return place


def parsed_place(option: str, text: str) -> ListeningPlace:
    """As ``listening_place``, while nobody listens there yet: nothing is said."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal()) or int(port) > LARGEST_PORT:
        reason = FilledReason("{option} {text} is not [HOST:]PORT", option=option, text=text)
        raise SimulatorOptionError(reason=reason)
    return ListeningPlace(host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port))


def port_taken(address: str, error: OSError) -> PortTakenError:
    """The error of a place where nobody can listen.

    Args:
        address: of the place.
        error: why.
    """
    return PortTakenError(address=address, reason=systems_words(error))


def systems_words(error: OSError) -> str:
    """The system's own words for why nobody can listen, without the address Python adds."""
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return (error.strerror or str(error)).partition(" (while ")[0]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
