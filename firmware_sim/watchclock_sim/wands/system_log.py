"""The wand's own log: what happened to it, in a small ring beside the patrol records."""

from datetime import datetime
from enum import IntEnum
from typing import Final

from watchclock_sim.hardware.decimal_time import packed_time
from watchclock_sim.hardware.memory import RecordRing
from watchclock_sim.hardware.rtc_registers import ShownTime

__all__ = ["SYSTEM_CAPACITY", "SystemCode", "SystemLog"]

SYSTEM_CAPACITY: Final = 1000


class SystemCode(IntEnum):
    """Events as the maker's tool numbers them; its document numbers 12 and above one lower.

    Source: laijinjie/FCARDIO.Protocol.Door, ``DoNetDrive.Protocol.USB.Test/OfflinePatrol``.
    """

    POWER_ON = 1
    INITIALISED = 2
    VOLTAGE_LOW = 5
    STAFF_CLEARED = 8
    STAFF_ADDED = 9
    STAFF_DELETED = 10
    STAFF_CHANGED = 11
    CARD_RECORDS_READ = 12
    SYSTEM_RECORDS_READ = 13
    CARD_RECORDS_CLEARED = 14
    SYSTEM_RECORDS_CLEARED = 15


class SystemLog:
    """Writes system records: code, ``yy MM dd HH mm ss`` in packed decimal, one unused byte.

    Args:
        logs_host_actions: whether ``note_host`` writes anything.
    """

    def __init__(self, *, logs_host_actions: bool) -> None:
        self.ring = RecordRing(SYSTEM_CAPACITY)
        self._logs_host_actions = logs_host_actions

    def note(self, code: SystemCode, civil: ShownTime | datetime) -> None:
        """Something happened to the wand."""
        self.ring.append(bytes([code]) + packed_time(civil) + b"\x00")

    def note_host(self, code: SystemCode, civil: ShownTime | datetime) -> None:
        """The host did something that some wands log."""
        if self._logs_host_actions:
            self.note(code, civil)
