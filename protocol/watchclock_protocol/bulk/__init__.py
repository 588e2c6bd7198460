"""Decodes records by the million into columns; each decoder is derived from a RecordLayout."""

from watchclock_protocol.bulk.block_columns import BlockColumns, Reject
from watchclock_protocol.bulk.block_decoder import BlockDecoder, block_decoder
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

__all__ = ["KINDS", "NONE", "NO_TIME", "BlockColumns", "BlockDecoder", "RecordColumns", "Reject"]
__all__ += ["block_decoder", "columns_of", "columns_of_all", "decode_stream", "flags_of_bits"]
