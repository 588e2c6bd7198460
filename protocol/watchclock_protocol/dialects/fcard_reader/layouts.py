"""The bytes of every request and reply of the desk reader, declared once; integers big-endian.

Source: the maker's document on the FC-533M / 502MS module and its SDK
(laijinjie/FCARDIO.Protocol.Door), restated in docs/protocols/fcard_reader.md.
"""

from typing import Final

from construct import (
    Bytes,
    Flag,
    GreedyBytes,
    Int8ub,
    Int16ub,
    Prefixed,
    Struct,
    Terminated,
)

from watchclock_protocol.fcard_family.layouts import Declaration, Layout

__all__ = ["BEEPS", "CARD_KINDS", "DAY", "FOUND", "LAMP", "NOTHING", "NUMBER", "OUTPUT", "PUSHED"]
__all__ += ["VERSION"]


def _layout(name: str, **fields: Declaration) -> Layout:
    return Layout(name, Struct(**fields, **{"": Terminated}))


NOTHING: Final = _layout("no data")
NUMBER: Final = _layout("a reader number", number=Int8ub)
VERSION: Final = _layout("a version", raw=Bytes(4))
DAY: Final = _layout("a production day", raw=Bytes(3))
CARD_KINDS: Final = _layout("card kinds", kinds=Int16ub)
OUTPUT: Final = _layout("an output format", form=Int8ub, byte_order=Int8ub)
BEEPS: Final = _layout("a number of beeps", times=Int8ub)
LAMP: Final = _layout("a lamp", colour=Int8ub)
# The document calls this 13 bytes long, its fields add up to 11: what follows means nothing.
FOUND: Final = _layout(
    "a card looked for",
    is_found=Flag,
    card=Int8ub,
    number=Prefixed(Int8ub, GreedyBytes),
    rest=GreedyBytes,
)
PUSHED: Final = _layout(
    "a card shown", card=Int8ub, number=Prefixed(Int8ub, GreedyBytes), rest=GreedyBytes
)
