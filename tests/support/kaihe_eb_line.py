"""A faulty line between the Kaihe host role and a hand-made wand."""

from dataclasses import dataclass, field

from typing_extensions import override

from tests.support.by_hand_kaihe_eb import CLEAR_KNOCKS, CLEAR_PATROL, HandMadeWand
from tests.support.faulty_line import FaultyLine
from watchclock_protocol.dialects.kaihe_eb.host import KaiheHost
from watchclock_protocol.dialects.kaihe_eb.requests import KnownRequest
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import HostCommand

__all__ = ["Command", "Line"]

Command = HostCommand | KnownRequest


@dataclass
class Line(FaultyLine[HandMadeWand, Command]):
    """The line of one Kaihe wand.

    Attributes:
        cleared_during: what cleared, and the command during which it was sent.
    """

    host: KaiheHost = field(default_factory=KaiheHost)
    cleared_during: list[tuple[Command, bytes]] = field(
        default_factory=list[tuple[Command, bytes]]
    )

    @override
    def speaker(self) -> KaiheHost:
        return self.host

    @override
    def watch(self, command: Command, data: bytes) -> None:
        if data in (CLEAR_PATROL, CLEAR_KNOCKS):
            self.cleared_during.append((command, data))

    def latest_reading(self, kind: RecordKind) -> list[bytes]:
        """Raw records of a kind received since the memory was last read from the beginning."""
        return [record.raw for record in self.latest_records() if record.kind is kind]
