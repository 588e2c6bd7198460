"""The frame of the maker's devices, declared once, and how a declaration is used both ways.

Source: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md, whose section names stand beside the declarations.
"""

import struct
from typing import Any, Final, TypeAlias

from construct import (
    Construct,
    ConstructError,
    GreedyBytes,
    Int8ub,
    Int16ub,
    Prefixed,
    Struct,
    Terminated,
    ValidationError,
)

from watchclock_protocol.errors import LayoutError, RequestRangeError

__all__ = ["FRAME", "Declaration", "Layout"]

# Quoted, because the classes of construct are generic only in its stubs.
Declaration: TypeAlias = "Construct[Any, Any]"

ITEMS: Final = frozenset({"entries", "numbers"})
"""Fields of which a frame holds a counted number."""


class Layout:
    """One declaration, used in both directions, with the library's errors translated.

    A declaration whose frames come by the thousand is compiled: five times as fast, but it answers
    missing bytes with ``struct.error`` or, at the very end, with a short field. ``octets`` or a
    check of the last field must therefore stand beside every compiled declaration.
    """

    def __init__(self, name: str, declaration: Declaration, octets: int | None = None) -> None:
        self._name = name
        self._declaration = declaration
        self._octets = octets

    def parse(self, data: bytes) -> dict[str, Any]:
        """The fields of ``data``, with nothing left over.

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
            name: tuple(value) if name in ITEMS else value
            for name, value in fields.items()
            if not name.startswith("_") and name != "count"
        }

    def build(self, fields: dict[str, Any]) -> bytes:
        """The bytes of these fields.

        Raises:
            RequestRangeError: a value does not fit into its bytes.
        """
        try:
            return self._declaration.build(fields)
        except (ConstructError, struct.error, ValueError) as error:
            raise RequestRangeError(command=self._name, reason=error) from error


# Section "Frames": what stands between two flags once escapes are undone.
FRAME: Final = Layout(
    "a frame",
    Struct(
        address=Int8ub,
        token=Int16ub,
        class_code=Int8ub,
        command=Int8ub,
        data=Prefixed(Int8ub, GreedyBytes),
        check_sum=Int8ub,
        **{"": Terminated},
    ).compile(),
)
