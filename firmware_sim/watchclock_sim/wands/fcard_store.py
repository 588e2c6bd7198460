"""Both record rings of an FC wand and the commands that read, acknowledge and clear them."""

import logging
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.replies import FcardReply, RecordEntry, RingPointers
from watchclock_protocol.dialects.fcard.requests import FcardRequest, ReadRange, StorageMode
from watchclock_protocol.records import RecordKind
from watchclock_sim.hardware.memory import RecordRing, WhenFull
from watchclock_sim.wands.system_log import SystemCode, SystemLog

__all__ = ["FcardStore"]

LOG: Final = logging.getLogger(__name__)
RECORD_OCTETS: Final = {RecordKind.PATROL: 12, RecordKind.SYSTEM: 8}
READ_CODES: Final = {
    RecordKind.PATROL: SystemCode.CARD_RECORDS_READ,
    RecordKind.SYSTEM: SystemCode.SYSTEM_RECORDS_READ,
}
CLEARED_CODES: Final = {
    RecordKind.PATROL: SystemCode.CARD_RECORDS_CLEARED,
    RecordKind.SYSTEM: SystemCode.SYSTEM_RECORDS_CLEARED,
}


class FcardStore:
    """The memory of an FC wand as its host sees it (command class 04).

    Args:
        cards: ring of card records.
        log: the system log with its own ring.
        lost_records: which records, counted from 1 as they are handed out, are left out.
    """

    def __init__(self, cards: RecordRing, log: SystemLog, lost_records: frozenset[int]) -> None:
        self._rings = {RecordKind.PATROL: cards, RecordKind.SYSTEM: log.ring}
        self._log = log
        self._lost_records = lost_records
        self._handed_out = 0

    def answer(self, request: FcardRequest, civil: datetime) -> FcardReply | None:
        """The reply to a request of command class 04; None to any other."""
        reply: FcardReply = replies.Done()
        match request:
            case requests.ReadPointers():
                reply = replies.Pointers(
                    card=_pointers(self._rings[RecordKind.PATROL]),
                    system=_pointers(self._rings[RecordKind.SYSTEM]),
                )
            case ReadRange():
                reply = replies.StoredRecords(entries=self._range(request))
            case requests.WriteReadPointer(kind=kind, read_index=index, is_wrapped=is_wrapped):
                self._rings[kind].move_read_index(index, is_wrapped=is_wrapped)
                self._log.note_host(READ_CODES[kind], civil)
                LOG.info("%s records: %d are unread now", kind, self._rings[kind].unread)
            case requests.WriteWritePointer(kind=kind, write_index=index):
                self._rings[kind].move_write_index(index)
            case requests.ClearRecords(kind=kind):
                self._clear(kind, civil)
            case requests.ClearAllRecords():
                for kind in self._rings:
                    self._clear(kind, civil)
            case _:
                return None
        return reply

    def answer_mode(self, request: FcardRequest) -> FcardReply | None:
        """The reply to a request about the storage mode of card records; None to any other."""
        cards = self._rings[RecordKind.PATROL]
        match request:
            case requests.ReadStorageMode():
                stops = cards.when_full is WhenFull.STOP
                return replies.StorageModeReply(
                    mode=StorageMode.STOP if stops else StorageMode.OVERWRITE
                )
            case requests.WriteStorageMode(mode=mode):
                stops = mode is StorageMode.STOP
                cards.when_full = WhenFull.STOP if stops else WhenFull.OVERWRITE
                return replies.Done()
            case _:
                return None

    def _range(self, request: ReadRange) -> tuple[RecordEntry, ...]:
        ring = self._rings[request.kind]
        empty = b"\xff" * RECORD_OCTETS[request.kind]
        after = min(request.first + request.quantity, ring.capacity + 1)
        entries: list[RecordEntry] = []
        for serial in range(max(1, request.first), after):
            self._handed_out += 1
            if self._handed_out not in self._lost_records:
                entries.append(RecordEntry(serial=serial, raw=ring.slot(serial) or empty))
        return tuple(entries)

    def _clear(self, kind: RecordKind, civil: datetime) -> None:
        LOG.info("%s records are cleared, %d unread", kind, self._rings[kind].unread)
        self._rings[kind].clear()
        self._log.note_host(CLEARED_CODES[kind], civil)


def _pointers(ring: RecordRing) -> RingPointers:
    return RingPointers(
        capacity=ring.capacity,
        write_index=ring.write_index,
        read_index=ring.read_index,
        is_wrapped=ring.is_wrapped,
    )
