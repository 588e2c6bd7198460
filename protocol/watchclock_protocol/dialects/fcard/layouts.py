"""The bytes of every fcard frame and record, declared once; all integers are big-endian.

Source: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md, whose section names stand beside the declarations.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from construct import (
    Array,
    Bytes,
    Container,
    ExprAdapter,
    ExprValidator,
    Flag,
    Int8ub,
    Int16ub,
    Int24ub,
    Int32ub,
    Rebuild,
    Select,
    Struct,
    Terminated,
    ValidationError,
    len_,
    this,
)
from construct import Mapping as Codes
from typing_extensions import override

from watchclock_protocol.dialects.fcard.replies import (
    NAME_OCTETS,
    RecordEntry,
    RingPointers,
    StaffEntry,
)
from watchclock_protocol.dialects.fcard.requests import LampColour, StaffSearch, StorageMode
from watchclock_protocol.dialects.fcard.times import (
    clock_octets,
    clock_time,
    day_octets,
    read_day,
    system_time,
)
from watchclock_protocol.fields import disputed_time, wand_time
from watchclock_protocol.message_layout import Declaration, Layout, message_layout, value_of
from watchclock_protocol.record_plan import struct_of
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TimeCoding, WandTime

__all__ = [
    "CARD",
    "CARD_PAGE",
    "CARD_RECORD",
    "CARD_RECORD_FIELDS",
    "CIVIL",
    "CLOCK",
    "DAY",
    "DAY_AS_STORED",
    "FIRMWARE",
]
__all__ += ["KIND", "LAMP", "MILLISECONDS", "MODE", "MODE_AS_STORED", "NOTHING"]
__all__ += ["POINTERS", "RANGE", "RANGE_TOTAL", "READ_INDEX", "RUN_INFORMATION", "SECONDS"]
__all__ += ["STAFF_CAPACITY", "STAFF_FOUND", "STAFF_LIST", "STAFF_REFUSED", "STAFF_SEARCH"]
__all__ += ["STAFF_TOTAL", "STAFF_TO_ADD", "STAFF_TO_DELETE", "SWITCH", "SYSTEM_PAGE"]
__all__ += ["SYSTEM_RECORD_FIELDS", "WAND_NUMBER", "WRITE_INDEX"]


def _counted(count: Declaration, name: str, item: Declaration) -> Struct:
    fields: dict[str, Declaration] = {
        "_count": Rebuild(count, len_(this[name])),
        name: Array(this["_count"], item),
        "": Terminated,
    }
    return Struct(**fields)


def _codes(codes: dict[Any, int]) -> Declaration:
    return Codes(Int8ub, codes)


def _adapted(
    octets: int, decode: Callable[[bytes], Any], encode: Callable[[Any], bytes]
) -> Declaration:
    """So many bytes that parse to a value of ours; a value of None means that they cannot."""

    def parse(raw: bytes, _: object) -> Any:  # noqa: ANN401  construct is untyped
        value = decode(raw)
        if value is None:
            raise ValidationError(f"{raw.hex()} is impossible")
        return value

    def build(value: object, _: object) -> bytes:
        return encode(value)

    return ExprAdapter(Bytes(octets), parse, build)


def _stored_clock(time: WandTime) -> bytes:
    return time.raw


def _civil(raw: bytes) -> datetime | None:
    return clock_time(raw).civil


class PageLayout(Layout):
    """Records with serials, read by ``struct`` because every record of a download passes here.

    A page whose count and length do not fit each other is left to the declaration to refuse.
    """

    def __init__(self, name: str, declaration: Declaration, entry: Declaration) -> None:
        super().__init__(name, declaration)
        self._entry = struct_of(entry)

    @override
    def parse(self, data: bytes) -> dict[str, Any]:
        octets = self._entry.size
        count = int.from_bytes(data[: Int32ub.length], "big")
        if len(data) != Int32ub.length + count * octets:
            return super().parse(data)
        found = self._entry.iter_unpack(data[Int32ub.length :])
        return {"entries": tuple(RecordEntry(serial=serial, raw=raw) for serial, raw in found)}


def _page(name: str, record_octets: int) -> Layout:
    entry = Struct(serial=Int32ub, raw=Bytes(record_octets))
    compiled = _counted(Int32ub, "entries", entry).compile()

    def decode(page: Container[Any], _: object) -> dict[str, Any]:
        if page.entries and len(page.entries[-1].raw) != record_octets:
            raise ValidationError("the last record is cut")
        return {
            "entries": [RecordEntry(serial=each.serial, raw=each.raw) for each in page.entries]
        }

    def encode(fields: dict[str, Any], _: object) -> dict[str, Any]:
        entries: tuple[RecordEntry, ...] = fields["entries"]
        if any(len(each.raw) != record_octets for each in entries):
            raise ValidationError(f"a record does not have {record_octets} bytes")
        return {"entries": [{"serial": each.serial, "raw": each.raw} for each in entries]}

    return PageLayout(name, ExprAdapter(compiled, decode, encode), entry)


_DAY: Final = _adapted(3, read_day, day_octets)
_CIVIL: Final = _adapted(6, _civil, clock_octets)
_CLOCK: Final = _adapted(6, clock_time, _stored_clock)
_NUMBER: Final = ExprValidator(Int8ub, lambda number, _: number > 0)
_KIND: Final = _codes({RecordKind.PATROL: 1, RecordKind.SYSTEM: 2})
_SWITCH: Final = _codes({True: 0x80, False: 0x08})
_STAFF: Final = value_of(StaffEntry, number=Int16ub, card=Int24ub, name_raw=Bytes(NAME_OCTETS))


def _ring(index: Declaration) -> Declaration:
    return value_of(
        RingPointers, capacity=index, write_index=index, read_index=index, is_wrapped=Flag
    )


# Section "Commands": the data of requests and replies, in the order of the tables there.
NOTHING: Final = message_layout("no data")
WAND_NUMBER: Final = message_layout("a wand number", number=_NUMBER)
DAY: Final = message_layout("a day", day=_DAY)
DAY_AS_STORED: Final = message_layout("a stored day", raw=Bytes(3))
FIRMWARE: Final = message_layout("a firmware version", raw=Bytes(4))
RUN_INFORMATION: Final = message_layout(
    "run information",
    factory_date_raw=Bytes(3),
    formats=Int16ub,
    power_ons=Int16ub,
    voltage_raw=Bytes(2),
    charge_percent=Int8ub,
    staff_selected=Int16ub,
    staff_used=Int16ub,
    new_card_records=Int32ub,
    new_system_records=Int32ub,
)
MODE: Final = message_layout(
    "a storage mode", mode=_codes({mode: mode.value for mode in StorageMode})
)
MODE_AS_STORED: Final = message_layout("a stored storage mode", mode=Int8ub)
SECONDS: Final = message_layout("a time in seconds", duration_s=Int8ub)
CARD: Final = message_layout("a card number", card=Int24ub)
CLOCK: Final = message_layout("a clock reading", time=_CLOCK)
CIVIL: Final = message_layout("a clock setting", civil=_CIVIL)
STAFF_CAPACITY: Final = message_layout("a staff capacity", capacity=Int16ub, used=Int16ub)
STAFF_LIST: Final = Layout("a staff page", _counted(Int16ub, "entries", _STAFF))
STAFF_TOTAL: Final = message_layout("a staff total", total=Int16ub)
STAFF_SEARCH: Final = message_layout(
    "a staff look-up", search=_codes({by: by.value for by in StaffSearch}), value=Int24ub
)
STAFF_FOUND: Final = message_layout("a staff entry", entry=_STAFF)
STAFF_TO_ADD: Final = Layout("staff to add", _counted(Int8ub, "entries", _STAFF))
STAFF_TO_DELETE: Final = Layout("staff to delete", _counted(Int16ub, "numbers", Int16ub))
# The document counts refused numbers in two bytes, the SDK in four; the length tells which.
STAFF_REFUSED: Final = Layout(
    "refused staff",
    Select(_counted(Int16ub, "numbers", Int16ub), _counted(Int32ub, "numbers", Int16ub)),
)
POINTERS: Final = message_layout("pointers", card=_ring(Int32ub), system=_ring(Int16ub))
KIND: Final = message_layout("a record kind", kind=_KIND)
READ_INDEX: Final = message_layout("a read index", kind=_KIND, read_index=Int32ub, is_wrapped=Flag)
WRITE_INDEX: Final = message_layout("a write index", kind=_KIND, write_index=Int32ub)
RANGE: Final = message_layout("a range of records", kind=_KIND, first=Int32ub, quantity=Int32ub)
CARD_PAGE: Final = _page("a page of card records", 12)
SYSTEM_PAGE: Final = _page("a page of system records", 8)
RANGE_TOTAL: Final = message_layout("a total of records", total=Int32ub)
SWITCH: Final = message_layout("a switch", is_on=_SWITCH)
MILLISECONDS: Final = message_layout("a time in milliseconds", duration_ms=Int16ub)
LAMP: Final = message_layout(
    "a lamp", colour=_codes({colour: colour.value for colour in LampColour})
)

# Section "Records".
CARD_RECORD_FIELDS: Final = Struct(
    staff_number=Int16ub,
    time=wand_time("yMdHms", TimeCoding.BINARY),
    state=Int8ub,
    card=Bytes(3),
)
CARD_RECORD: Final = Layout("a card record", CARD_RECORD_FIELDS)
SYSTEM_RECORD_FIELDS: Final = Struct(
    code=Int8ub, time=disputed_time(6, system_time), unused=Int8ub
)
