"""A faulty line between the WM-5000T host role and a hand-made wand."""

from dataclasses import dataclass, field

from typing_extensions import override

from tests.support.by_hand_wm5000t import CLOSE, HandMadeWand
from tests.support.faulty_line import FaultyLine
from watchclock_protocol.dialects.wm5000t.host import Wm5000tHost
from watchclock_protocol.session import HostCommand

__all__ = ["Line"]


@dataclass
class Line(FaultyLine[HandMadeWand, HostCommand]):
    """The line of one WM-5000T.

    Attributes:
        closed_during: the commands during which the session was closed, which wipes.
    """

    host: Wm5000tHost = field(default_factory=Wm5000tHost)
    closed_during: list[HostCommand] = field(default_factory=list[HostCommand])

    @override
    def speaker(self) -> Wm5000tHost:
        return self.host

    @override
    def watch(self, command: HostCommand, data: bytes) -> None:
        if data == CLOSE:
            self.closed_during.append(command)

    def latest_reading(self) -> list[bytes]:
        """Raw records received since the memory was last read from the beginning."""
        return [record.raw for record in self.latest_records()]
