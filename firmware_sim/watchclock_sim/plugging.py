"""From options to what the wand is plugged into, and what has to be open for hosts to reach it."""

from dataclasses import dataclass

from watchclock_sim.line.carriers.listening import listening_place
from watchclock_sim.line.carriers.port import Port
from watchclock_sim.line.carriers.pty_port import PtyPort
from watchclock_sim.line.carriers.rfc2217_port import Rfc2217Port
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.harbour import Carrier
from watchclock_sim.settings import Settings

__all__ = ["Plug", "plugged"]


@dataclass(frozen=True, slots=True)
class Plug:
    """Where a wand is plugged in.

    Attributes:
        port: the wand's end of the cable.
        carriers: what else has to be open for a host to reach it, as a USB/IP server.
    """

    port: Port
    carriers: tuple[Carrier, ...] = ()


def plugged(settings: Settings) -> Plug:
    """The port the options ask for.

    Raises:
        SimulatorError: it cannot be had.
    """
    if settings.tcp is not None:
        return Plug(TcpPort(*listening_place("--tcp", settings.tcp)))
    if settings.rfc2217 is not None:
        return Plug(Rfc2217Port(*listening_place("--rfc2217", settings.rfc2217)))
    return Plug(PtyPort(settings.link))
