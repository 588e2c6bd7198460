"""One construct declaration of a message's data, read and built with errors of ours.

Dialects declare the data of their requests and replies with it in their ``layouts.py``; records of
fixed size are declared as ``record_layout.RecordLayout`` instead.
"""

import struct
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeGuard

from construct import (
    Construct,
    ConstructError,
    Container,
    ExprAdapter,
    Struct,
    Terminated,
    ValidationError,
)
from typing_extensions import override

from watchclock_protocol.errors import LayoutError, RequestRangeError
from watchclock_protocol.record_plan import FieldForm, plan_of, struct_of

__all__ = ["Declaration", "Layout", "PackedLayout", "message_layout", "value_of"]

# Quoted, because the classes of construct are generic only in its stubs.
Declaration: TypeAlias = "Construct[Any, Any]"


class Layout:
    """One declaration, used in both directions, with the library's errors translated.

    A declaration whose frames come by the thousand is compiled: five times as fast, but it answers
    missing bytes with ``struct.error`` or, at the very end, with a short field, and builds fields
    of bytes in whatever length they have. ``octets`` or a check of the last field must therefore
    stand beside every compiled declaration.
    """

    def __init__(self, name: str, declaration: Declaration, octets: int | None = None) -> None:
        self._name = name
        self._declaration = declaration
        self._octets = octets

    def parse(self, data: bytes) -> dict[str, Any]:
        """The fields of ``data``, with nothing left over; lists become tuples.

        Fields without a name, or whose name begins with an underscore, are left out.

        Raises:
            LayoutError: the data has another shape.
        """
        try:
            if self._octets not in (None, len(data)):
                raise ValidationError(f"{len(data)} bytes")
            fields: dict[str, Any] = self._declaration.parse(data)
        except (ConstructError, struct.error) as error:
            raise LayoutError(reason=f"{self._name} is {data.hex(' ') or 'empty'}") from error
        return {
            name: tuple(value) if _is_list(value) else value
            for name, value in fields.items()
            if name and not name.startswith("_")
        }

    def build(self, fields: dict[str, Any]) -> bytes:
        """The bytes of these fields.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        try:
            built = self._declaration.build(fields)
            if self._octets not in (None, len(built)):
                raise ValidationError(f"{len(built)} bytes")
        except (ConstructError, struct.error, ValueError) as error:
            raise RequestRangeError(command=self._name, reason=error) from error
        return built

    def build_of(self, value: object) -> bytes:
        """The bytes of a dataclass whose fields bear the names of this layout's.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        kind: Any = type(value)  # a type is no Hashable to mypy
        return self.build({name: getattr(value, name) for name in _field_names(kind)})


class PackedLayout(Layout):
    """Two or more integers or bytes of fixed lengths, in messages built by the thousand.

    They are built by ``struct``, derived from the same declaration.

    Args:
        name: what it is, for messages.
        declaration: a ``Struct`` that is not compiled.

    Raises:
        LayoutNotDerivableError: a field is none that ``struct`` writes.
    """

    def __init__(self, name: str, declaration: Declaration) -> None:
        super().__init__(name, declaration.compile(), declaration.sizeof())
        plans = tuple(plan_of(declaration))
        self._pack = struct_of(declaration).pack
        self._names = tuple(plan.name for plan in plans)
        self._values = attrgetter(*self._names)
        self._lengths = tuple(
            (place, plan.octets)
            for place, plan in enumerate(plans)
            if plan.form is FieldForm.OCTETS
        )

    @override
    def build(self, fields: dict[str, Any]) -> bytes:
        """The bytes of these fields; see ``Layout.build``."""
        return self.pack(*[fields[name] for name in self._names])

    @override
    def build_of(self, value: object) -> bytes:
        """The same, by the attributes that bear the fields' names; see ``Layout.build_of``."""
        return self.pack(*self._values(value))

    def pack(self, *values: int | bytes) -> bytes:
        """The bytes of these values, in the order of the declaration.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        for place, octets in self._lengths:
            value = values[place]
            if not isinstance(value, bytes) or len(value) != octets:
                reason = f"{self._names[place]} is not {octets} bytes"
                raise RequestRangeError(command=self._name, reason=reason)
        try:
            return self._pack(*values)
        except struct.error as error:
            raise RequestRangeError(command=self._name, reason=error) from error


@cache
def _field_names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - any dataclass
    return tuple(field.name for field in fields(kind))


def message_layout(name: str, **fields: Declaration) -> Layout:
    """The layout of these fields with nothing behind them."""
    return Layout(name, Struct(**fields, **{"": Terminated}))


def value_of(make: Callable[..., Any], **fields: Declaration) -> Declaration:
    """A structure that parses to a value of ours and is built from one."""

    def decode(container: Container[Any], _: object) -> Any:  # noqa: ANN401  construct is untyped
        return make(**{name: container[name] for name in fields})

    def encode(value: object, _: object) -> dict[str, Any]:
        return {name: getattr(value, name) for name in fields}

    return ExprAdapter(Struct(**fields), decode, encode)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
