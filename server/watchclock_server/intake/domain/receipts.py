"""The answer to an uploaded capture: what became of every record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from watchclock_protocol.records import RecordKind
from watchclock_server.wands.domain import Wand

__all__ = ["Outcome", "Receipt", "RecordReceipt", "outcome_of"]


class Outcome(StrEnum):
    """What became of one record of a capture."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReceipt:
    """What became of the record at ``position`` of a capture."""

    position: int
    kind: RecordKind
    slot: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to one capture.

    Attributes:
        capture_sha256: name of the capture.
        wand: the wand it came from.
        download_id: the download it is stored as.
        already_known: the same capture was here before; nothing was changed.
        records: what became of every record, in the order of the download.
        cases_opened: numbers of the cases its evidence opened.
    """

    capture_sha256: str
    wand: Wand
    download_id: int
    already_known: bool
    records: Sequence[RecordReceipt]
    cases_opened: tuple[int, ...]

    def count(self, outcome: Outcome) -> int:
        """How many records ended so."""
        return sum(record.outcome is outcome for record in self.records)


def outcome_of(record_id: int, created: Collection[int], contested: Collection[int]) -> Outcome:
    """What became of a record: a known one is a duplicate, even if it is contested now."""
    if record_id not in created:
        return Outcome.DUPLICATE
    return Outcome.CONFLICT if record_id in contested else Outcome.CREATED
