"""The answer to an uploaded capture: what became of every record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

from typing_extensions import override

from watchclock_protocol.records import RecordKind
from watchclock_server.wands.domain import Wand

__all__ = ["Outcome", "Receipt", "RecordReceipt", "RecordReceipts", "outcomes_of"]


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


@dataclass(frozen=True, slots=True, eq=False)
class RecordReceipts(Sequence[RecordReceipt]):
    """What became of every record of a capture, told one by one only to who looks.

    Attributes:
        kinds: kind of each record, in their order.
        slots: slot of each; None where it has none.
        outcomes: what became of each.
    """

    kinds: Sequence[RecordKind]
    slots: Sequence[int | None]
    outcomes: Sequence[Outcome]

    @override
    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> RecordReceipt: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RecordReceipt, ...]: ...
    @override
    def __getitem__(self, index: int | slice) -> RecordReceipt | tuple[RecordReceipt, ...]:
        places = range(len(self))[index]
        return self._at(places) if isinstance(places, int) else tuple(map(self._at, places))

    def _at(self, place: int) -> RecordReceipt:
        return RecordReceipt(
            position=place,
            kind=self.kinds[place],
            slot=self.slots[place],
            outcome=self.outcomes[place],
        )


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
    records: RecordReceipts
    cases_opened: tuple[int, ...]

    def count(self, outcome: Outcome) -> int:
        """How many records ended so."""
        return self.records.outcomes.count(outcome)


def outcomes_of(
    record_ids: Sequence[int], created: Collection[int], contested: Collection[int]
) -> Sequence[Outcome]:
    """What became of records: a known one is a duplicate, even if it is contested now."""
    fresh, known = Outcome.CREATED, Outcome.DUPLICATE
    outcomes = [fresh if record_id in created else known for record_id in record_ids]
    if contested:
        for place, record_id in enumerate(record_ids):
            if record_id in contested and outcomes[place] is fresh:
                outcomes[place] = Outcome.CONFLICT
    return outcomes
