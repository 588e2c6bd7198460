"""From options to what the wand is plugged into, and what has to be open for hosts to reach it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.line.carriers.listening import LOOPBACK, listening_place
from watchclock_sim.line.carriers.port import Port
from watchclock_sim.line.carriers.pty_port import PtyPort
from watchclock_sim.line.carriers.rfc2217_port import Rfc2217Port
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.harbour import Carrier
from watchclock_sim.settings import Settings
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usbip.server import UsbIpServer
from watchclock_sim.usbredir.socket_carrier import RedirSocket
from watchclock_sim.wands.personality import find_personality

__all__ = ["Plug", "plugged", "usbip_command"]

LOG: Final = logging.getLogger(__name__)
USBIP_PORT: Final = 3240
"""That of USB/IP, as the tool of that name takes for granted."""
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


def _nothing() -> dict[str, str]:
    """A port that is reached by its address alone."""
    return {}


@dataclass(frozen=True, slots=True)
class Plug:
    """Where a wand is plugged in.

    Attributes:
        port: the wand's end of the cable.
        carriers: what else has to be open for a host to reach it, as a USB/IP server.
        told: what the ready line says beside the address, once everything is open; whatever a
            person has to do then is logged.
    """

    port: Port
    carriers: tuple[Carrier, ...] = ()
    told: Callable[[], dict[str, str]] = _nothing


def plugged(settings: Settings, number: str) -> Plug:
    """The port the options ask for.

    Args:
        settings: the options.
        number: the wand's own.

    Raises:
        SimulatorError: it cannot be had.
    """
    if settings.tcp is not None:
        return Plug(TcpPort(*listening_place("--tcp", settings.tcp)))
    if settings.usbip is not None:
        return _usbip(settings.usbip, _usb_port(settings, number))
    if settings.usbredir is not None:
        return _usbredir(settings.usbredir, _usb_port(settings, number))
    if settings.rfc2217 is not None:
        return Plug(Rfc2217Port(*listening_place("--rfc2217", settings.rfc2217)))
    return Plug(PtyPort(settings.link))


def _usb_port(settings: Settings, number: str) -> UsbPort:
    profile = find_personality(settings.dialect).usb_profile(number, settings.usb_id)
    return UsbPort(usb_device(profile, number))


def _usbip(place: str, port: UsbPort) -> Plug:
    server = UsbIpServer(*listening_place("--usbip", place))
    export = server.export(port.device)

    def told() -> dict[str, str]:
        attach = f"{usbip_command(server, 'attach')} -b {export.bus_id}"
        LOG.info(listens(server))
        LOG.info(FilledReason("attach the wand with: {command}", command=attach))
        return {"usbip": f"{server.host}:{server.port}", "bus_id": export.bus_id}

    return Plug(port, (server,), told)


def listens(server: UsbIpServer) -> FilledReason:
    """Where the server can be reached, once it is open."""
    return FilledReason(
        "USB/IP listens on {host}, port {port}", host=server.host, port=server.port
    )


def usbip_command(server: UsbIpServer, verb: str) -> str:
    """What a person types to reach the server, once it is open: ``usbip attach -r 127.0.0.1``."""
    host = LOOPBACK if server.host in EVERYWHERE else server.host
    other = "" if server.port == USBIP_PORT else f"--tcp-port {server.port} "
    return f"usbip {other}{verb} -r {host}"


def _usbredir(path: Path, port: UsbPort) -> Plug:
    def told() -> dict[str, str]:
        chardev = f"socket,id=wand,path={path},reconnect=1"
        options = f"-device qemu-xhci -chardev {chardev} -device usb-redir,chardev=wand"
        LOG.info(FilledReason("give the wand to QEMU with: {options}", options=options))
        return {"usbredir": str(path)}

    return Plug(port, (RedirSocket(path, port.device),), told)
