"""The frame of the maker's devices, declared once.

Source: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md, whose section names stand beside the declarations.
"""

from typing import Final

from construct import GreedyBytes, Int8ub, Int16ub, Prefixed, Struct, Terminated

from watchclock_protocol.message_layout import Layout
from watchclock_protocol.record_plan import struct_of

__all__ = ["FRAME", "FRAME_HEAD_FORM", "LENGTH_FORM"]

# Section "Frames": what stands between two flags once escapes are undone.
_FRAME_HEAD: Final = Struct(address=Int8ub, token=Int16ub, class_code=Int8ub, command=Int8ub)
FRAME_HEAD_FORM: Final = struct_of(_FRAME_HEAD)
"""What stands before the length of the data, for frames whose length and sum were checked."""
_LENGTH: Final = Int8ub
LENGTH_FORM: Final = struct_of(Struct(length=_LENGTH))
"""How many bytes of data follow; behind them stands the sum, one byte."""
FRAME: Final = Layout(
    "a frame",
    Struct(
        *_FRAME_HEAD.subcons,
        data=Prefixed(_LENGTH, GreedyBytes),
        check_sum=Int8ub,
        **{"": Terminated},
    ).compile(),
)
