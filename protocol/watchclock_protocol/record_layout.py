"""A fixed-size record declared once: its bytes by construct, its meaning by rules that are data.

``decode`` reads one record, as a live download does; ``bulk`` derives the decoder of whole blocks
from the same declaration, and a test holds the two against each other for every dialect.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from watchclock_protocol.errors import ChecksumError, LayoutError, LayoutNotDerivableError
from watchclock_protocol.fields import CheckSumField, DisputedTimeField
from watchclock_protocol.record_plan import FieldForm, FieldPlan, plan_of
from watchclock_protocol.record_rules import (
    FlagRule,
    KindRule,
    NumberRule,
    PartRule,
    PrefixRule,
    TagRule,
    TagShape,
)
from watchclock_protocol.records import (
    KnockRecord,
    PatrolRecord,
    Record,
    RecordFlag,
    RecordKind,
    SystemRecord,
)
from watchclock_protocol.values import TagId, TagTechnology, TimeFlaw, WandTime

__all__ = ["TIME_FLAGS", "UNKNOWN_TAG", "RecordLayout"]

TIME_FLAGS: Final[Mapping[TimeFlaw, RecordFlag]] = {
    TimeFlaw.NOT_DECIMAL: RecordFlag.TIME_NOT_DECIMAL,
    TimeFlaw.IMPOSSIBLE_DATE: RecordFlag.TIME_IMPOSSIBLE,
    TimeFlaw.CODING_UNCERTAIN: RecordFlag.TIME_CODING_UNCERTAIN,
}
UNKNOWN_TAG: Final = TagId(TagTechnology.RFID, b"")
_CODES: Final[Mapping[int, str]] = {1: "B", 2: "H", 4: "I", 8: "Q"}

_Values = dict[str, Any]


# Not slotted: the plan is worked out once and kept (cached_property needs a __dict__).
@dataclass(frozen=True, kw_only=True, eq=False)
class RecordLayout:
    """One kind of record, or several kinds that share one layout.

    Attributes:
        name: unique among all layouts, ``dialect.record``.
        declaration: a construct ``Struct`` of fixed size; the one truth of the bytes.
        kind: the kind of record, or the field that tells it.
        time: name of the field that holds the wand's time.
        slot: name of the field that holds the slot, where it stands inside the record.
        tag: which field holds the tag; patrol records need one.
        guard: which field holds the number of the guard.
        guard_tag: the field, and the bits of it, that tell that the tag names a guard.
        code: names of the fields whose bytes make the code of a system record, high byte first.
        meanings: stable names of what a code can mean; a system record whose code is not listed
            is flagged ``UNKNOWN_CODE`` unless the table is empty.
        value: where the number that belongs to a system record stands.
        strength_mg: where the strength of a knock stands.
        flags: what else is doubtful, in any order.
    """

    name: str
    declaration: Any
    kind: RecordKind | KindRule
    time: str = "time"
    slot: str | None = None
    tag: TagRule | None = None
    guard: NumberRule | None = None
    guard_tag: tuple[str, frozenset[int]] | None = None
    code: tuple[str, ...] = ()
    meanings: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    value: PartRule | None = None
    strength_mg: PartRule | None = None
    flags: tuple[FlagRule | PrefixRule, ...] = ()

    @cached_property
    def plan(self) -> tuple[FieldPlan, ...]:
        """Where every field stands.

        Raises:
            LayoutNotDerivableError: the declaration has no fixed size.
        """
        try:
            return plan_of(self.declaration)
        except LayoutNotDerivableError as error:
            named = f"{self.name}.{error.details['field']}"
            raise LayoutNotDerivableError(field=named, reason=error.details["reason"]) from error

    @cached_property
    def octets(self) -> int:
        """Bytes of a whole record as it stands in a block, its check sum included."""
        return self.plan[-1].end

    @cached_property
    def raw_octets(self) -> int:
        """Bytes of a record that are kept as its ``raw``: all but a check sum at the end."""
        last = self.plan[-1]
        return last.offset if last.form is FieldForm.CHECK_SUM else last.end

    def decode(
        self, raw: bytes, slot: int | None = None, reference: datetime | None = None
    ) -> Record:
        """The record in these bytes; what is doubtful is flagged, nothing is dropped.

        Args:
            raw: a whole record, or one whose check sum was verified and taken off.
            slot: where the wand keeps it, unless that stands in the record itself.
            reference: what the wand's clock showed in the same conversation; decides disputed
                times.

        Raises:
            ChecksumError: the check sum does not hold.
            LayoutError: these are not the bytes of such a record.
        """
        values = self._values(raw)
        raw = raw[: self.raw_octets]
        time = self._time(raw, reference)
        if self.slot is not None:
            slot = values[self.slot]
        return self._record(values, raw, time, slot)

    def _record(self, values: _Values, raw: bytes, time: WandTime, slot: int | None) -> Record:
        flags = set(self._flags(values, raw, time))
        match self.kind_of(values):
            case RecordKind.PATROL:
                tag, doubts = self._tag(values)
                return PatrolRecord(
                    slot=slot,
                    raw=raw,
                    time=time,
                    tag=tag,
                    guard_number=self._guard(values),
                    is_guard_tag=self._is_guard_tag(values),
                    flags=frozenset(flags | doubts),
                )
            case RecordKind.KNOCK:
                strength = _part(values, self.strength_mg)
                return KnockRecord(
                    slot=slot, raw=raw, time=time, strength_mg=strength, flags=frozenset(flags)
                )
            case RecordKind.SYSTEM:
                code = self.code_of(values)
                flags.update(self.code_flags(code))
                return SystemRecord(
                    slot=slot,
                    raw=raw,
                    time=time,
                    code=code,
                    meanings=self.meanings.get(code, ()),
                    value=_part(values, self.value),
                    flags=frozenset(flags),
                )

    @cached_property
    def _unpack(self) -> Callable[[bytes], tuple[Any, ...]]:
        return struct.Struct("<" + "".join(_code_of(each) for each in self._stored)).unpack

    @cached_property
    def _stored(self) -> tuple[FieldPlan, ...]:
        return tuple(each for each in self.plan if each.form is not FieldForm.CHECK_SUM)

    @cached_property
    def _wide(self) -> tuple[FieldPlan, ...]:
        """Integers that struct cannot read in the one byte order it was given."""
        return tuple(
            each
            for each in self._stored
            if each.form is FieldForm.INTEGER and _code_of(each).endswith("s")
        )

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self._stored)

    @cached_property
    def _constants(self) -> tuple[tuple[str, bytes], ...]:
        return tuple(
            (each.name, each.constant) for each in self._stored if each.form is FieldForm.CONSTANT
        )

    def _values(self, raw: bytes) -> _Values:
        self._verify(raw)
        values = dict(zip(self._names, self._unpack(raw[: self.raw_octets]), strict=True))
        for plan in self._wide:
            values[plan.name] = plan.integer(values[plan.name])
        for name, constant in self._constants:
            if values[name] != constant:
                raise LayoutError(reason=f"{self.name}: {name} is {values[name].hex()}")
        return values

    def _verify(self, raw: bytes) -> None:
        if len(raw) == self.raw_octets and self.raw_octets != self.octets:
            return
        if len(raw) != self.octets:
            raise LayoutError(reason=f"{self.name} is {raw.hex(' ') or 'empty'}")
        last = self.plan[-1].field
        if isinstance(last, CheckSumField) and last.algorithm(raw[:-1]) != raw[-1]:
            raise ChecksumError(reason=raw.hex(" ").upper())

    @cached_property
    def _time_plan(self) -> FieldPlan:
        return next(each for each in self.plan if each.name == self.time)

    def _time(self, raw: bytes, reference: datetime | None) -> WandTime:
        plan = self._time_plan
        stored = raw[plan.offset : plan.end]
        match plan.field:
            case DisputedTimeField() as disputed:
                return disputed.decide(stored, reference)
            case None | CheckSumField():
                raise LayoutNotDerivableError(field=self.time, reason="it is no time")
            case dated:
                return dated.read(stored)

    def kind_of(self, values: Mapping[str, Any]) -> RecordKind:
        """Which kind of record has these field values."""
        if isinstance(self.kind, RecordKind):
            return self.kind
        return self.kind.kinds.get(values[self.kind.field], RecordKind.SYSTEM)

    def _flags(self, values: _Values, raw: bytes, time: WandTime) -> Iterator[RecordFlag]:
        if time.flaw is not None:
            yield TIME_FLAGS[time.flaw]
        for rule in self.flags:
            match rule:
                case FlagRule():
                    if rule.is_raised(values[rule.field]):
                        yield rule.flag
                case PrefixRule():
                    if raw.startswith(rule.prefix):
                        yield rule.flag

    def _tag(self, values: _Values) -> tuple[TagId, frozenset[RecordFlag]]:
        rule = self.tag
        if rule is None:
            return UNKNOWN_TAG, frozenset()
        shape = self.shape_of(values)
        stored: bytes = values[rule.field]
        if shape is None:
            return rule.shape.tag(stored), frozenset({RecordFlag.UNKNOWN_CODE})
        return shape.tag(stored), shape.flags(stored)

    def code_flags(self, code: int) -> frozenset[RecordFlag]:
        """What the code of a system record is doubted for."""
        is_unknown = bool(self.meanings) and code not in self.meanings
        return frozenset({RecordFlag.UNKNOWN_CODE}) if is_unknown else frozenset()

    def shape_of(self, values: Mapping[str, Any]) -> TagShape | None:
        """How the tag stands in its field; None when the selector's value is not listed."""
        if self.tag is None or self.tag.selector is None:
            return None if self.tag is None else self.tag.shape
        return self.tag.shapes.get(values[self.tag.selector])

    def _guard(self, values: _Values) -> int | None:
        if self.guard is None:
            return None
        number: int = values[self.guard.field]
        return None if number in self.guard.none else number

    def _is_guard_tag(self, values: _Values) -> bool:
        if self.guard_tag is None:
            return False
        name, listed = self.guard_tag
        return values[name] in listed

    def code_of(self, values: Mapping[str, Any]) -> int:
        """The code of a system record with these field values."""
        code = 0
        for name in self.code:
            code = code << 8 | values[name]
        return code


def _part(values: _Values, rule: PartRule | None) -> int | None:
    if rule is None:
        return None
    stored: bytes = values[rule.field]
    return int.from_bytes(stored[rule.start : rule.start + rule.octets], "little")


def _code_of(plan: FieldPlan) -> str:
    is_simple = plan.form is FieldForm.INTEGER and (plan.octets == 1 or not plan.is_big)
    if not is_simple or plan.octets not in _CODES:
        return f"{plan.octets}s"
    code = _CODES[plan.octets]
    return code.lower() if plan.is_signed else code
