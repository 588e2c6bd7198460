"""Reads a construct declaration of fixed size and says where every field stands.

Decoders that are faster than construct are derived from this plan, so that no layout is written a
second time. A declaration whose sizes or rules cannot be known beforehand is refused by name.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, cast

from construct import (
    Array,
    Bytes,
    BytesInteger,
    Const,
    ConstructError,
    Default,
    FormatField,
    Padded,
    Rebuild,
    Renamed,
    Struct,
)

from watchclock_protocol.errors import LayoutNotDerivableError
from watchclock_protocol.fields import (
    CheckSumField,
    DisputedTimeField,
    WandSecondsField,
    WandTimeField,
)

__all__ = ["FieldForm", "FieldPlan", "plan_of", "struct_of"]

_TRANSPARENT: Final = (Default, Rebuild, Renamed)
_BIG: Final = ">"
_INTEGERS: Final = frozenset("bBhHlLqQ")
_SIGNED: Final = frozenset("bhlq")
_STRUCT_CODES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}


class FieldForm(Enum):
    """How the bytes of a field are to be read."""

    INTEGER = auto()
    OCTETS = auto()
    CONSTANT = auto()
    TIME = auto()
    SECONDS = auto()
    DISPUTED_TIME = auto()
    CHECK_SUM = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """One field of a fixed-size layout.

    Attributes:
        name: as declared; nested names are joined by dots, "" for padding.
        offset: where it begins, in bytes.
        octets: how many bytes it has.
        form: how they are read.
        is_big: integers: most significant byte first.
        is_signed: integers: two's complement.
        constant: the only bytes a constant may have.
        field: the field with a meaning behind a time or a check sum.
    """

    name: str
    offset: int
    octets: int
    form: FieldForm
    is_big: bool = True
    is_signed: bool = False
    constant: bytes = b""
    field: WandTimeField | WandSecondsField | DisputedTimeField | CheckSumField | None = None

    def integer(self, stored: bytes) -> int:
        """The number in the bytes of an integer field."""
        return int.from_bytes(stored, "big" if self.is_big else "little", signed=self.is_signed)

    @property
    def end(self) -> int:
        """Where the next field begins."""
        return self.offset + self.octets


def plan_of(declaration: Any) -> tuple[FieldPlan, ...]:  # noqa: ANN401 - construct is untyped
    """Every field of the declaration in its order.

    Raises:
        LayoutNotDerivableError: a field has no fixed size, or a rule this module does not know.
    """
    return tuple(_fields(declaration, "", 0))


def _fields(declaration: Any, name: str, offset: int) -> Iterator[FieldPlan]:  # noqa: ANN401
    if isinstance(declaration, _TRANSPARENT):
        yield from _fields(cast("Any", declaration).subcon, name, offset)
    elif isinstance(declaration, Struct):
        for member in declaration.subcons:
            joined = ".".join(filter(None, (name, member.name or "")))
            yield from _fields(member, joined, offset)
            offset += _size(member, joined)
    elif isinstance(declaration, Array):
        repeated = cast("Any", declaration)
        count = repeated.count
        if not isinstance(count, int):
            raise LayoutNotDerivableError(field=name, reason="its count is not fixed")
        size = _size(repeated.subcon, name)
        for index in range(count):
            yield from _fields(repeated.subcon, f"{name}[{index}]", offset + index * size)
    else:
        yield _leaf(declaration, name, offset)


def _leaf(declaration: Any, name: str, offset: int) -> FieldPlan:  # noqa: ANN401
    octets = _size(declaration, name)
    match declaration:
        case WandTimeField():
            form = FieldForm.TIME
        case WandSecondsField():
            form = FieldForm.SECONDS
        case DisputedTimeField():
            form = FieldForm.DISPUTED_TIME
        case CheckSumField():
            form = FieldForm.CHECK_SUM
            if declaration.over != offset:
                raise LayoutNotDerivableError(field=name, reason="it does not sum all before it")
        case _:
            return _plain(declaration, name, offset, octets)
    return FieldPlan(name=name, offset=offset, octets=octets, form=form, field=declaration)


def _plain(declaration: Any, name: str, offset: int, octets: int) -> FieldPlan:  # noqa: ANN401
    octet_form = FieldForm.OCTETS
    match declaration:
        case FormatField() if declaration.fmtstr[1] in _INTEGERS:
            return FieldPlan(
                name=name,
                offset=offset,
                octets=octets,
                form=FieldForm.INTEGER,
                is_big=declaration.fmtstr[0] == _BIG,
                is_signed=declaration.fmtstr[1] in _SIGNED,
            )
        case BytesInteger() if not callable(declaration.swapped):
            return FieldPlan(
                name=name,
                offset=offset,
                octets=octets,
                form=FieldForm.INTEGER,
                is_big=not declaration.swapped,
                is_signed=bool(declaration.signed),
            )
        case Const() if isinstance(cast("Any", declaration).value, bytes):
            return FieldPlan(
                name=name,
                offset=offset,
                octets=octets,
                form=FieldForm.CONSTANT,
                constant=cast("Any", declaration).value,
            )
        case Bytes() | Padded():
            return FieldPlan(name=name, offset=offset, octets=octets, form=octet_form)
        case _:
            kind = type(declaration).__name__
            raise LayoutNotDerivableError(field=name, reason=f"{kind} is not a known field")


def _size(declaration: Any, name: str) -> int:  # noqa: ANN401
    try:
        return int(declaration.sizeof())
    except (ConstructError, AttributeError, LookupError, TypeError) as error:
        # SizeofError of construct itself, the others of a lambda that needs parsed fields.
        raise LayoutNotDerivableError(field=name, reason="its size is not fixed") from error


def struct_of(*declarations: Any) -> struct.Struct:  # noqa: ANN401 - construct is untyped
    """The same fields, one declaration behind the other, for ``struct``.

    It reads integers some twenty times as fast as construct, for what comes with every frame or
    block. Padding is not taken; integers have 1, 2, 4 or 8 bytes and all one byte order.

    Raises:
        LayoutNotDerivableError: a field is none that ``struct`` reads.
    """
    plans = [plan for declaration in declarations for plan in plan_of(declaration)]
    orders = {plan.is_big for plan in plans if plan.form is FieldForm.INTEGER and plan.octets > 1}
    if len(orders) > 1:
        raise LayoutNotDerivableError(field=plans[0].name, reason="two byte orders are mixed")
    return struct.Struct((">" if True in orders else "<") + "".join(map(_code, plans)))


def _code(plan: FieldPlan) -> str:
    match plan:
        case FieldPlan(form=FieldForm.INTEGER, octets=octets) if octets in _STRUCT_CODES:
            code = _STRUCT_CODES[octets]
            return code.lower() if plan.is_signed else code
        case FieldPlan(form=FieldForm.OCTETS, octets=octets):
            return f"{octets}s"
        case _:
            raise LayoutNotDerivableError(field=plan.name, reason="struct has no such field")
