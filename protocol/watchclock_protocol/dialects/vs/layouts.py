"""The bytes of every vs frame, page, record and list entry, declared once; low byte first.

Source: docs/protocols/vs.md, whose section names stand beside the declarations.
"""

from collections.abc import Callable
from typing import Any, Final

from construct import (
    Bytes,
    GreedyBytes,
    Int8ul,
    Int16ul,
    Int32ul,
    PrefixedArray,
    Struct,
)

from watchclock_protocol.checksums import complement_sum
from watchclock_protocol.dialects.vs.evidence import EvidenceItem, PartResult
from watchclock_protocol.fields import check_sum, wand_seconds
from watchclock_protocol.message_layout import (
    Declaration,
    PackedLayout,
    message_layout,
    value_of,
)

__all__ = ["ALARM", "BEGIN_LIST", "CHECKPOINT", "CLOCK", "CLOCK_SETTING", "DECLARATION"]
__all__ += ["END_LIST", "EVIDENCE", "FRAME_HEAD", "FRAME_MAGIC", "HEAD_OCTETS", "IDENTITY"]
__all__ += ["LIST_ENTRIES", "LIST_START", "NAME_OCTETS", "NOTHING", "PAGE", "PAGE_HEAD"]
__all__ += ["PAGES_SENT", "PAGE_HEAD_OCTETS", "PAGE_MAGIC", "PAGE_OCTETS", "PAGE_RANGE", "PARTS"]
__all__ += ["POINTER", "RECORD_FIELDS", "REFUSAL", "ROSTER", "SELF_TEST_REPORT", "SERIAL"]
__all__ += ["SERIAL_AND_POINTER", "SERIAL_OCTETS", "SUBJECT_OCTETS", "TOTALS", "WRITE_LIST"]

FRAME_MAGIC: Final = b"VS"
HEAD_OCTETS: Final = 9
PAGE_MAGIC: Final = b"PGV1"
PAGE_OCTETS: Final = 1024
PAGE_HEAD_OCTETS: Final = 40
SERIAL_OCTETS: Final = 8
SUBJECT_OCTETS: Final = 8
NAME_OCTETS: Final = 24
_SUMMED_OCTETS: Final = 23


def _values(make: Callable[..., Any], **fields: Declaration) -> Declaration:
    """A count of one byte, then so many structures that become values of ours."""
    return PrefixedArray(Int8ul, value_of(make, **fields))


# Section "Frames": what stands before the data; the sum over it is checked by the reader.
FRAME_HEAD: Final = PackedLayout(
    "the head of a frame",
    Struct(
        magic=Bytes(len(FRAME_MAGIC)), kind=Int8ul, command=Int8ul, token=Int16ul, length=Int16ul
    ),
)

# Section "Commands": the data of requests and answers, in the order of the tables there.
NOTHING: Final = message_layout("no data")
CLOCK_SETTING: Final = message_layout("a clock setting", seconds=Int32ul, milliseconds=Int16ul)
PAGE_RANGE: Final = PackedLayout(
    "a range of pages",
    Struct(first_page=Int32ul, pages=Int16ul, first_sequence=Int32ul, last_sequence=Int32ul),
)
SERIAL_AND_POINTER: Final = message_layout(
    "an acknowledgement", serial=Bytes(SERIAL_OCTETS), sequence=Int32ul
)
PARTS: Final = message_layout("parts to test", parts=Int16ul)
BEGIN_LIST: Final = message_layout("the beginning of a list", list_number=Int8ul, entries=Int16ul)
WRITE_LIST: Final = message_layout(
    "entries to store", list_number=Int8ul, first=Int16ul, count=Int8ul, raw=GreedyBytes
)
END_LIST: Final = message_layout(
    "the end of a list", list_number=Int8ul, entries=Int16ul, check_sum=Int32ul
)
LIST_START: Final = message_layout("the start of a list", list_number=Int8ul, first=Int16ul)
SERIAL: Final = message_layout("a serial", serial=Bytes(SERIAL_OCTETS))

IDENTITY: Final = message_layout(
    "an identity",
    model_raw=Bytes(12),
    serial=Bytes(SERIAL_OCTETS),
    printed_raw=Bytes(16),
    firmware_raw=Bytes(24),
    batch_raw=Bytes(12),
    production_day=Int16ul,
    tag_types=Int8ul,
    version=Int8ul,
)
TOTALS: Final = message_layout(
    "counters",
    pages=Int32ul,
    oldest_page=Int32ul,
    first_unread_page=Int32ul,
    newest_page=Int32ul,
    oldest_sequence=Int32ul,
    newest_sequence=Int32ul,
    read_pointer=Int32ul,
    unread_patrol=Int32ul,
    unread_knock=Int32ul,
    unread_short=Int32ul,
    unread_alarm=Int32ul,
    unread_system=Int32ul,
    overwritten=Int32ul,
    damaged=Int32ul,
    power_ons=Int32ul,
    formats=Int16ul,
    voltage_mv=Int16ul,
    charge_percent=Int8ul,
    reserved=Int8ul,
)
CLOCK: Final = message_layout(
    "a clock reading", seconds=Int32ul, milliseconds=Int16ul, state=Int8ul, reserved=Int8ul
)
PAGE: Final = PackedLayout("a page", Struct(number=Int32ul, raw=Bytes(PAGE_OCTETS)))
PAGES_SENT: Final = message_layout("a number of pages", sent=Int16ul)
POINTER: Final = message_layout("a read pointer", sequence=Int32ul)
EVIDENCE: Final = message_layout(
    "evidence", items=_values(EvidenceItem, number=Int8ul, value=Int32ul, detail=Int32ul)
)
DECLARATION: Final = message_layout("a declaration", numbers=PrefixedArray(Int8ul, Int8ul))
SELF_TEST_REPORT: Final = message_layout(
    "a self-test report",
    results=_values(PartResult, part=Int8ul, outcome=Int8ul, measured=Int32ul),
)
LIST_ENTRIES: Final = message_layout(
    "list entries",
    list_number=Int8ul,
    total=Int16ul,
    first=Int16ul,
    count=Int8ul,
    raw=GreedyBytes,
)
REFUSAL: Final = message_layout("a refusal", reason=Int8ul, detail=Int32ul)

# Section "Records"; the meaning of the fields stands in records.py.
RECORD_FIELDS: Final = Struct(
    sequence=Int32ul,
    kind=Int8ul,
    code=Int8ul,
    guard_number=Int16ul,
    time=wand_seconds(),
    subject=Bytes(SUBJECT_OCTETS),
    voltage_mv=Int16ul,
    status=Int8ul,
    check=check_sum(complement_sum, _SUMMED_OCTETS),
)

# Section "Memory": the head of a page, up to its check sum.
PAGE_HEAD: Final = PackedLayout(
    "the head of a page",
    Struct(
        magic=Bytes(len(PAGE_MAGIC)),
        number=Int32ul,
        first_sequence=Int32ul,
        count=Int16ul,
        record_octets=Int8ul,
        version=Int8ul,
        wear=Int32ul,
        begun=Int32ul,
        serial=Bytes(SERIAL_OCTETS),
        reserved=Int32ul,
        check_sum=Int32ul,
    ),
)

# Section "Lists".
ROSTER: Final = message_layout(
    "a roster entry",
    number=Int16ul,
    tag_type=Int8ul,
    subject=Bytes(SUBJECT_OCTETS),
    name_raw=Bytes(NAME_OCTETS),
)
CHECKPOINT: Final = message_layout(
    "a checkpoint name",
    tag_type=Int8ul,
    subject=Bytes(SUBJECT_OCTETS),
    name_raw=Bytes(NAME_OCTETS),
)
ALARM: Final = message_layout(
    "an alarm time", days=Int8ul, hour=Int8ul, minute=Int8ul, sounds=Int8ul
)
