"""Where the wands of a fleet are plugged in: a TCP port each, or a hub with USB/IP."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.filled_wand import FilledWand
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.line.carriers.listening import ListeningPlace, listening_place
from watchclock_sim.line.carriers.port import Port
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.harbour import Carrier
from watchclock_sim.line.hub import Hub
from watchclock_sim.plugging import listens, usbip_command
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usbip.server import UsbIpServer
from watchclock_sim.wands.personality import find_personality

__all__ = ["FleetPorts", "PluggedWand", "fleet_ports"]

LOG: Final = logging.getLogger(__name__)


class PluggedWand(NamedTuple):
    """Where one wand is plugged in.

    Attributes:
        port: the wand's end of the cable.
        where: how hosts find it, as the ready line tells it.
        name: the same in short.
    """

    port: Port
    where: dict[str, str]
    name: str


class FleetPorts(Protocol):
    """Where all wands are plugged in.

    Attributes:
        carriers: what else has to be open for hosts to reach them.
        hub: what they all hang on; None where each hangs on one of its own.
    """

    carriers: Sequence[Carrier]
    hub: Hub | None

    def plug_in(self, wand: FilledWand) -> PluggedWand:
        """Plug one more wand in.

        Raises:
            SimulatorError: it cannot be.
        """
        ...

    def told(self) -> Mapping[str, str]:
        """What the ready line says of all of them, once everything is open."""
        ...

    def say_how_to_reach(self) -> None:
        """Log what a person has to do, once everything is open."""
        ...


class _TcpPorts:
    """A port for each; the cable of one is nothing to another."""

    def __init__(self, place: ListeningPlace) -> None:
        self.carriers: Sequence[Carrier] = ()
        self.hub: Hub | None = None
        self._host, self._next = place

    def plug_in(self, wand: FilledWand) -> PluggedWand:
        """Listen on the next port."""
        del wand
        port = TcpPort(self._host, self._next)
        self._next += bool(self._next)
        return PluggedWand(port, {"address": port.address}, port.address)

    def told(self) -> Mapping[str, str]:
        """Nothing: every wand has its own address."""
        return {}

    def say_how_to_reach(self) -> None:
        """An address says all."""


class _UsbIpPorts:
    """One bus for all, with one hub."""

    def __init__(self, place: ListeningPlace) -> None:
        self._server = UsbIpServer(*place)
        self.carriers: Sequence[Carrier] = (self._server,)
        self.hub: Hub | None = Hub()

    def plug_in(self, wand: FilledWand) -> PluggedWand:
        """Export a device; several may have one address, their bus ids differ."""
        profile = find_personality(wand.dialect).usb_profile(wand.number)
        port = UsbPort(usb_device(profile, wand.number))
        bus_id = self._server.export(port.device).bus_id
        return PluggedWand(port, {"address": port.address, "bus_id": bus_id}, bus_id)

    def told(self) -> Mapping[str, str]:
        """Where the server listens."""
        return {"usbip": f"{self._server.host}:{self._server.port}"}

    def say_how_to_reach(self) -> None:
        """Name the port, and the commands of a Linux that takes the wands."""
        show = usbip_command(self._server, "list")
        attach = f"{usbip_command(self._server, 'attach')} -b BUS_ID"
        LOG.info(listens(self._server))
        LOG.info(FilledReason("list the wands with: {command}", command=show))
        LOG.info(FilledReason("attach one with: {command}", command=attach))


def fleet_ports(settings: FleetSettings) -> FleetPorts:
    """The way that was asked for."""
    place = listening_place(*settings.where)
    return _TcpPorts(place) if settings.usbip is None else _UsbIpPorts(place)
