"""Records by the million, to columns and back; every way is derived from a RecordLayout."""

from watchclock_protocol.bulk.block_columns import BlockColumns, Reject
from watchclock_protocol.bulk.block_decoder import BlockDecoder, block_decoder
from watchclock_protocol.bulk.block_encoder import BlockEncoder, block_encoder
from watchclock_protocol.bulk.block_stream import decode_stream
from watchclock_protocol.bulk.record_columns import (
    NONE,
    RecordColumns,
    columns_of,
    columns_of_all,
    flags_of_bits,
)
from watchclock_protocol.bulk.time_tables import NO_TIME
from watchclock_protocol.bulk.traits import KINDS

__all__ = ["KINDS", "NONE", "NO_TIME", "BlockColumns", "BlockDecoder", "BlockEncoder"]
__all__ += ["RecordColumns", "Reject"]
__all__ += [
    "block_decoder",
    "block_encoder",
    "columns_of",
    "columns_of_all",
    "decode_stream",
    "flags_of_bits",
]
