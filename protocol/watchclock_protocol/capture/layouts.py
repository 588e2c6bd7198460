"""The blocks of a capture file, declared once; the only importer of construct in this package.

What is read for every block is read by ``struct``, with forms that are made from the declarations.

Source: IETF draft-ietf-opsawg-pcapng, "PCAP Next Generation (pcapng) Capture File Format", the
sections named beside each layout. Every integer is little-endian, which the byte-order magic
announces. docs/capture.md says which blocks and options watchclock writes.
"""

from typing import Final

from construct import (
    Aligned,
    Bytes,
    GreedyBytes,
    Int8ul,
    Int16ul,
    Int32ul,
    Int64sl,
    Rebuild,
    Struct,
    len_,
    this,
)

from watchclock_protocol.record_plan import struct_of

__all__ = [
    "ALIGNMENT",
    "BLOCK",
    "BLOCK_HEAD",
    "BLOCK_HEAD_FORM",
    "BLOCK_OVERHEAD",
    "BLOCK_TAIL",
    "BLOCK_TAIL_FORM",
    "BYTE_ORDER_MAGIC",
    "CHUNK_HEAD_FORM",
    "COMMENT",
    "CRC32_ALGORITHM",
    "END_OF_OPTIONS",
    "ENHANCED_PACKET",
    "FLAGS",
    "FLAGS_OPTION",
    "HASH",
    "HASH_FORM",
    "HASH_OPTION",
    "INTERFACE_DESCRIPTION",
    "INTERFACE_DESCRIPTION_OPTION",
    "INTERFACE_HEAD",
    "INTERFACE_NAME_OPTION",
    "MAJOR_VERSION",
    "OPTION",
    "OPTION_HEAD_FORM",
    "PACKET_DATA",
    "PACKET_HEAD",
    "PACKET_HEAD_FORM",
    "SECTION_HEAD",
    "SECTION_HEADER",
    "SECTION_LENGTH_UNKNOWN",
    "TIME_RESOLUTION_OPTION",
    "USER_APPLICATION_OPTION",
]

# Section 3.1, "General Block Structure": a block is a multiple of 4 bytes long and tells its
# length at both ends.
ALIGNMENT: Final = 4
BLOCK_OVERHEAD: Final = 12
BLOCK_HEAD: Final = Struct("kind" / Int32ul, "length" / Int32ul)
BLOCK_HEAD_FORM: Final = struct_of(BLOCK_HEAD)
BLOCK_TAIL: Final = Int32ul
BLOCK_TAIL_FORM: Final = struct_of(BLOCK_TAIL)
BLOCK: Final = Struct(
    "kind" / Int32ul,
    "length" / Rebuild(Int32ul, len_(this.body) + BLOCK_OVERHEAD),
    "body" / Bytes(this.length - BLOCK_OVERHEAD),
    "length_again" / Rebuild(Int32ul, this.length),
)

# Section 3.5, "Options".
END_OF_OPTIONS: Final = 0
COMMENT: Final = 1
OPTION_HEAD_FORM: Final = struct_of(Struct("code" / Int16ul, "length" / Int16ul))
OPTION: Final = Aligned(
    ALIGNMENT,
    Struct(
        "code" / Int16ul,
        "length" / Rebuild(Int16ul, len_(this.value)),
        "value" / Bytes(this.length),
    ),
)

# Section 4.1, "Section Header Block".
SECTION_HEADER: Final = 0x0A0D0D0A
BYTE_ORDER_MAGIC: Final = 0x1A2B3C4D
MAJOR_VERSION: Final = 1
SECTION_LENGTH_UNKNOWN: Final = -1
SECTION_HEAD: Final = Struct(
    "byte_order_magic" / Int32ul,
    "major" / Int16ul,
    "minor" / Int16ul,
    "section_length" / Int64sl,
)
USER_APPLICATION_OPTION: Final = 4

# Section 4.2, "Interface Description Block".
INTERFACE_DESCRIPTION: Final = 1
INTERFACE_HEAD: Final = Struct(
    "link_type" / Int16ul,
    "reserved" / Int16ul,
    "snap_length" / Int32ul,
)
INTERFACE_NAME_OPTION: Final = 2
INTERFACE_DESCRIPTION_OPTION: Final = 3
TIME_RESOLUTION_OPTION: Final = 9

# Section 4.3, "Enhanced Packet Block".
ENHANCED_PACKET: Final = 6
PACKET_HEAD: Final = Struct(
    "interface" / Int32ul,
    "time_high" / Int32ul,
    "time_low" / Int32ul,
    "captured_length" / Int32ul,
    "original_length" / Int32ul,
)
PACKET_HEAD_FORM: Final = struct_of(PACKET_HEAD)
CHUNK_HEAD_FORM: Final = struct_of(BLOCK_HEAD, PACKET_HEAD)
PACKET_DATA: Final = Aligned(ALIGNMENT, GreedyBytes)
FLAGS_OPTION: Final = 2
FLAGS: Final = Int32ul
HASH_OPTION: Final = 3
CRC32_ALGORITHM: Final = 2
# The draft leaves the order of the hash bytes open; watchclock writes the section's byte order.
HASH: Final = Struct("algorithm" / Int8ul, "crc32" / Int32ul)
HASH_FORM: Final = struct_of(HASH)
