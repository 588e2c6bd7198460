"""What the records of one download say, as columns, in the terms of the server's tables.

A full wand has tens of thousands of records, so nothing here is made one by one that a column can
give in one piece.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk import NO_TIME, NONE, columns_of_all, flags_of_bits
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.record_layout import TIME_FLAGS
from watchclock_protocol.records import Record, RecordFlag, RecordKind, SystemRecord
from watchclock_protocol.replay import KeyedRecords
from watchclock_protocol.values import TimeFlaw

__all__ = ["RecordTable", "table_of"]

_FLAW_OF_FLAG: Final[Mapping[RecordFlag, TimeFlaw]] = {
    flag: flaw for flaw, flag in TIME_FLAGS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTable:
    """Records as columns, a value a record.

    Attributes:
        positions: place of each in its download.
        kinds: what each tells about.
        civils: what the wand's clock showed; None when it was no date.
        time_flaws: why that is doubtful, or None.
        tags: ``technology:HEX`` of patrol records, else None.
        guard_numbers: the guard selected on the wand, or None.
        are_guard_tags: whether the tag names a guard.
        codes: numbers of system records, else None.
        meanings: what the codes can mean.
        flags: what is doubtful, words in order of the alphabet with spaces between.
        are_empty: whether the place in the wand's memory was never written.
    """

    positions: Sequence[int]
    kinds: Sequence[RecordKind]
    civils: Sequence[datetime | None]
    time_flaws: Sequence[str | None]
    tags: Sequence[str | None]
    guard_numbers: Sequence[int | None]
    are_guard_tags: Sequence[bool]
    codes: Sequence[int | None]
    meanings: Sequence[tuple[str, ...]]
    flags: Sequence[str]
    are_empty: Sequence[bool]

    def __len__(self) -> int:
        return len(self.positions)

    def at(self, places: Sequence[int]) -> Self:
        """Some of the records; ``places`` ascend and none is twice."""
        if len(places) == len(self):
            return self
        columns: dict[str, Any] = {
            each.name: [getattr(self, each.name)[place] for place in places]
            for each in fields(self)
        }
        return type(self)(**columns)


def table_of(records: KeyedRecords) -> RecordTable:
    """All records of a download as columns."""
    found = columns_of_all(records.runs)
    flaws, words, empty = _flag_columns(found.flags)
    codes = _numbers(found.code)
    return RecordTable(
        positions=range(len(records)),
        kinds=records.kinds,
        civils=_civils(found.seconds),
        time_flaws=flaws,
        tags=found.tag,
        guard_numbers=_numbers(found.guard_number),
        are_guard_tags=found.is_guard_tag.tolist(),
        codes=codes,
        meanings=_meanings(records.runs, codes),
        flags=words,
        are_empty=empty,
    )


def _civils(seconds: npt.NDArray[np.int64]) -> list[datetime | None]:
    # numpy's "not a time" is the very number that stands for no time.
    assert np.iinfo(np.int64).min == NO_TIME  # noqa: S101
    civils: list[datetime | None] = seconds.view("M8[s]").tolist()
    return civils


def _numbers(column: npt.NDArray[np.int64]) -> list[int | None]:
    if not (column == NONE).any():
        numbers: list[int | None] = column.tolist()
        return numbers
    return [None if number == NONE else number for number in column.tolist()]


def _flag_columns(
    bits: npt.NDArray[np.uint16],
) -> tuple[list[str | None], list[str], list[bool]]:
    """Flaw of the time, words and emptiness; each set of flags that occurs is spelled once."""
    flags = {value: flags_of_bits(value) for value in np.unique(bits).tolist()}
    flaws = {
        value: next((_FLAW_OF_FLAG[flag].value for flag in each if flag in _FLAW_OF_FLAG), None)
        for value, each in flags.items()
    }
    words = {value: " ".join(sorted(each)) for value, each in flags.items()}
    empty = {value: RecordFlag.EMPTY_SLOT in each for value, each in flags.items()}
    listed: list[int] = bits.tolist()
    return (
        [flaws[value] for value in listed],
        [words[value] for value in listed],
        [empty[value] for value in listed],
    )


def _meanings(
    runs: Sequence[Sequence[Record]], codes: Sequence[int | None]
) -> list[tuple[str, ...]]:
    meanings: list[tuple[str, ...]] = []
    for run in runs:
        if isinstance(run, RecordBatch):
            known = run.layout.meanings
            told = codes[len(meanings) : len(meanings) + len(run)]
            meanings += [() if code is None else known.get(code, ()) for code in told]
        else:
            meanings += [
                record.meanings if isinstance(record, SystemRecord) else () for record in run
            ]
    return meanings
