"""Encodes columns into a block of fixed-size records; derived from the record's one declaration.

The counterpart of ``block_decoder``, for who must make stored records by the million, such as a
generator of archives for load tests. Nothing here says what a byte means: places and forms come
from ``record_plan``; both directions are held against each other and against construct.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk.block_columns import Column
from watchclock_protocol.checksums import complement_sum
from watchclock_protocol.errors import LayoutNotDerivableError, RequestRangeError
from watchclock_protocol.fields import CheckSumField, WandSecondsField, WandTimeField
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_plan import FieldForm, FieldPlan
from watchclock_protocol.values import TimeCoding
from watchclock_protocol.wand_times import CENTURY, FIRST_SECOND, SECONDS, UNIX_EPOCH

__all__ = ["BlockEncoder", "block_encoder"]

Rows: TypeAlias = npt.NDArray[np.uint8]
Seconds: TypeAlias = npt.NDArray[np.int64]
Step: TypeAlias = Callable[[Rows, Seconds, Mapping[str, Column]], None]

_FIRST: Final = int((FIRST_SECOND - UNIX_EPOCH).total_seconds())
_DAY_S: Final = 86_400
_UNIX_YEAR: Final = UNIX_EPOCH.year
_MOST_OCTETS: Final = 8
_DECIMAL: Final = np.array([value // 10 << 4 | value % 10 for value in range(100)], np.uint8)


class BlockEncoder:
    """The encoder of one layout. May be used by several threads."""

    def __init__(self, layout: RecordLayout) -> None:
        """Derive it.

        Raises:
            LayoutNotDerivableError: how a time is stored is not for the layout to say.
        """
        self.layout: Final = layout
        self._steps = tuple(self._derive())

    def encode(self, seconds: Seconds, fields: Mapping[str, Column]) -> Rows:
        """The records with these values, n rows of ``layout.octets`` bytes.

        Args:
            seconds: what the wand's clock shows, seconds since 1970-01-01 civil, n.
            fields: a column for every integer field and for the field of the tag, n each, the tag
                as an integer whose lowest byte is its first, as ``BlockDecoder`` gives them.
                Other bytes are zero.

        Raises:
            RequestRangeError: a value does not fit into its field, or a time into the century.
        """
        rows = np.zeros((len(seconds), self.layout.octets), np.uint8)
        for step in self._steps:
            step(rows, seconds, fields)
        return rows

    def _derive(self) -> Iterator[Step]:
        for plan in self.layout.plan:
            step = self._step(plan)
            if step is not None:
                yield step

    def _step(self, plan: FieldPlan) -> Step | None:
        tag = self.layout.tag
        if tag is not None and plan.name == tag.field:
            if plan.octets > _MOST_OCTETS:
                raise self._not_derivable(plan, "a tag of more than 8 bytes")
            return _integer_step(plan, is_big=False, is_signed=False)
        match plan.form:
            case FieldForm.INTEGER:
                step = _integer_step(plan, is_big=plan.is_big, is_signed=plan.is_signed)
            case FieldForm.CONSTANT:
                step = _constant_step(plan)
            case FieldForm.OCTETS:
                return None
            case _:
                step = self._meaning_step(plan)
        return step

    def _meaning_step(self, plan: FieldPlan) -> Step:
        """The step of a time or a check sum."""
        match plan.field:
            case WandSecondsField():
                return _seconds_step(plan)
            case WandTimeField():
                return _time_step(plan, plan.field)
            case CheckSumField():
                return _sum_step(plan, plan.field)
            case _:
                raise self._not_derivable(plan, "every record decides how its time is coded")

    def _not_derivable(self, plan: FieldPlan, reason: str) -> LayoutNotDerivableError:
        return LayoutNotDerivableError(field=f"{self.layout.name}.{plan.name}", reason=reason)


@cache
def block_encoder(layout: RecordLayout) -> BlockEncoder:
    """The encoder derived from the layout, made once.

    Raises:
        LayoutNotDerivableError: how a time is stored is not for the layout to say.
    """
    return BlockEncoder(layout)


def _integer_step(plan: FieldPlan, *, is_big: bool, is_signed: bool) -> Step:
    bits = 8 * plan.octets
    lowest, highest = (
        (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
    )
    first = _MOST_OCTETS - plan.octets

    def store(rows: Rows, _seconds: Seconds, fields: Mapping[str, Column]) -> None:
        if not len(rows):
            return
        values: npt.NDArray[Any] = fields[plan.name]
        least, most = int(values.min()), int(values.max())
        if least < lowest or most > highest:
            reason = f"{plan.name} is {least} to {most}, {lowest} to {highest} fit"
            raise RequestRangeError(command="a block of records", reason=reason)
        wide = np.ascontiguousarray(values, ">i8" if is_signed else ">u8")
        octets = wide.view(np.uint8).reshape(-1, _MOST_OCTETS)[:, first:]
        rows[:, plan.offset : plan.end] = octets if is_big else octets[:, ::-1]

    return store


def _constant_step(plan: FieldPlan) -> Step:
    constant = np.frombuffer(plan.constant, np.uint8)

    def store(rows: Rows, _seconds: Seconds, _fields: Mapping[str, Column]) -> None:
        rows[:, plan.offset : plan.end] = constant

    return store


def _seconds_step(plan: FieldPlan) -> Step:
    def store(rows: Rows, seconds: Seconds, _fields: Mapping[str, Column]) -> None:
        since = _since_first(seconds).astype("<u4")
        rows[:, plan.offset : plan.end] = since.view(np.uint8).reshape(-1, plan.octets)

    return store


def _time_step(plan: FieldPlan, field: WandTimeField) -> Step:
    def store(rows: Rows, seconds: Seconds, _fields: Mapping[str, Column]) -> None:
        _since_first(seconds)
        for place, part in enumerate(_parts(seconds, field.order)):
            stored = _DECIMAL[part] if field.coding is TimeCoding.BCD else part
            rows[:, plan.offset + place] = stored

    return store


def _sum_step(plan: FieldPlan, field: CheckSumField) -> Step:
    is_complement = field.algorithm is complement_sum

    def store(rows: Rows, _seconds: Seconds, _fields: Mapping[str, Column]) -> None:
        sums = np.add.reduce(rows[:, : plan.offset], axis=1, dtype=np.uint8)
        rows[:, plan.offset] = np.invert(sums) if is_complement else sums

    return store


def _since_first(seconds: Seconds) -> Seconds:
    """Seconds since the first a wand can show.

    Raises:
        RequestRangeError: one of them is not 2000 to 2099.
    """
    since = seconds - _FIRST
    if len(since) and not 0 <= int(since.min()) <= int(since.max()) < SECONDS:
        reason = f"a time is not {CENTURY} to {CENTURY + 99}"
        raise RequestRangeError(command="a block of records", reason=reason)
    return since


def _parts(seconds: Seconds, order: str) -> Iterator[npt.NDArray[np.int64]]:
    """The parts of civil times in the order of the layout, years since 2000."""
    days, rest = np.divmod(seconds, _DAY_S)
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    count = months.astype(np.int64)
    for letter in order:
        match letter:
            case "y":
                yield count // 12 - (CENTURY - _UNIX_YEAR)
            case "M":
                yield count % 12 + 1
            case "d":
                yield (dates - months).astype(np.int64) + 1
            case "H":
                yield rest // 3600
            case "m":
                yield rest // 60 % 60
            case _:
                yield rest % 60
