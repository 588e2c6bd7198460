"""The frame of the maker's devices, declared once.

Source: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md, whose section names stand beside the declarations.
"""

from typing import Final

from construct import GreedyBytes, Int8ub, Int16ub, Prefixed, Struct, Terminated

from watchclock_protocol.message_layout import Layout

__all__ = ["FRAME"]

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
