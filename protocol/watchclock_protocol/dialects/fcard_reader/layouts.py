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
)

from watchclock_protocol.message_layout import message_layout

__all__ = ["BEEPS", "CARD_KINDS", "DAY", "FOUND", "LAMP", "NOTHING", "NUMBER", "OUTPUT", "PUSHED"]
__all__ += ["VERSION"]


NOTHING: Final = message_layout("no data")
NUMBER: Final = message_layout("a reader number", number=Int8ub)
VERSION: Final = message_layout("a version", raw=Bytes(4))
DAY: Final = message_layout("a production day", raw=Bytes(3))
CARD_KINDS: Final = message_layout("card kinds", kinds=Int16ub)
OUTPUT: Final = message_layout("an output format", form=Int8ub, byte_order=Int8ub)
BEEPS: Final = message_layout("a number of beeps", times=Int8ub)
LAMP: Final = message_layout("a lamp", colour=Int8ub)
# The document calls this 13 bytes long, its fields add up to 11: what follows means nothing.
FOUND: Final = message_layout(
    "a card looked for",
    is_found=Flag,
    card=Int8ub,
    number=Prefixed(Int8ub, GreedyBytes),
    rest=GreedyBytes,
)
PUSHED: Final = message_layout(
    "a card shown", card=Int8ub, number=Prefixed(Int8ub, GreedyBytes), rest=GreedyBytes
)
