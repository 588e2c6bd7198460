"""Which records a page of the memory holds, whole or torn by a loss of power.

Source: docs/protocols/vs.md, section "Memory".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from struct import Struct
from typing import Any, Final, Self
from zlib import crc32

from watchclock_protocol.dialects.vs.layouts import (
    PAGE_HEAD,
    PAGE_HEAD_OCTETS,
    PAGE_MAGIC,
)
from watchclock_protocol.dialects.vs.records import RECORD_OCTETS, RECORDS
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.messages import DialectReply
from watchclock_protocol.record_batch import RecordBatch

__all__ = ["OPEN_COUNT", "Page", "PageBatch", "PageHead", "PageHeard", "build_page", "read_page"]

VERSION: Final = 1
OPEN_COUNT: Final = 0xFFFF
"""The record count of a page that was never closed."""
_OPEN_SUM: Final = 0xFFFFFFFF
_SUM_OCTETS: Final = 4
_SEQUENCES: Final = Struct("<" + "I20x" * RECORDS_A_PAGE)
_LOW_OCTET: Final = 0xFF
_SUM_WITH_CHECK: Final = 0xFF
_UNWRITTEN_OCTET: Final = 0xFF
_UNWRITTEN: Final = bytes((_UNWRITTEN_OCTET,)) * RECORD_OCTETS
_STATUS_AT: Final = 22
_RECORD_AREA_OCTETS: Final = RECORDS_A_PAGE * RECORD_OCTETS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PageBatch(RecordBatch):
    """Records of one page.

    Attributes:
        page: number of the page.
        places: where in the page each of them stands, from 0.
    """

    page: int
    places: Sequence[int]

    def only(self, wanted: frozenset[int]) -> Self:
        """The records in these places."""
        kept = [index for index, place in enumerate(self.places) if place in wanted]
        return replace(
            self,
            block=b"".join(_at(self.block, index) for index in kept),
            places=tuple(self.places[index] for index in kept),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHeard(DialectReply):
    """A page arrived; its records follow.

    Attributes:
        number: of the page.
        is_torn: its CRC-32 does not hold.
        damaged: places that hold something that is no record.
    """

    number: int
    is_torn: bool
    damaged: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What the head of a page says besides what follows from its records.

    Attributes:
        number: of the page.
        first_sequence: of its first record.
        wear: how often its place was erased.
        begun: wand seconds when it was begun.
        serial: of the wand, 8 bytes.
    """

    number: int
    first_sequence: int
    wear: int
    begun: int
    serial: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page of the memory holds.

    Attributes:
        number: the page that was asked for.
        is_torn: its CRC-32 does not hold, or it is no such page.
        serial: whose page it is; empty where the page is torn.
        first_sequence: of the record in place 0.
        area: the bytes of all places.
        good: places that hold records; a range where nothing between them is damaged.
        damaged: places that hold something else.
    """

    number: int
    is_torn: bool
    serial: bytes
    first_sequence: int
    area: bytes
    good: Sequence[int]
    damaged: tuple[int, ...]

    def batch(self, first: int, last: int) -> PageBatch:
        """The records with sequences from ``first`` to ``last``."""
        meant = range(first - self.first_sequence, last - self.first_sequence + 1)
        places: Sequence[int]
        if isinstance(self.good, range):
            places = range(max(0, meant.start), min(len(self.good), meant.stop))
            block = self.area[places.start * RECORD_OCTETS : places.stop * RECORD_OCTETS]
        else:
            places = tuple(place for place in self.good if place in meant)
            block = b"".join(_at(self.area, place) for place in places)
        return PageBatch(layout=RECORDS, block=block, page=self.number, places=places)

    def stored(self, place: int) -> bytes:
        """The bytes of a place."""
        return _at(self.area, place)


def read_page(number: int, raw: bytes) -> Page:
    """The records of page ``number`` in its 1024 bytes, by the rules for whole and torn pages."""
    fields = PAGE_HEAD.parse(raw[:PAGE_HEAD_OCTETS])
    area = raw[PAGE_HEAD_OCTETS:]
    due = crc32(area, crc32(raw[: PAGE_HEAD_OCTETS - _SUM_OCTETS]))
    is_whole = due == fields["check_sum"] and fields["count"] <= RECORDS_A_PAGE
    places: Sequence[int] = ()
    if _is_that_page(fields, number):
        places = range(fields["count"]) if is_whole else tuple(_written(area))
    else:
        is_whole = False
    good = _good(area, places, fields["first_sequence"])
    return Page(
        number=number,
        is_torn=not is_whole,
        serial=fields["serial"] if is_whole else b"",
        first_sequence=fields["first_sequence"],
        area=area,
        good=good,
        damaged=() if good == places else tuple(place for place in places if place not in good),
    )


def build_page(head: PageHead, records: bytes, *, is_open: bool = False) -> bytes:
    """A page as it stands in the memory, or as it is sent.

    Args:
        head: what its head says.
        records: whole records one after the other, at most 41; an open page may end in a part.
        is_open: neither count nor CRC-32 is written yet.

    Raises:
        RequestRangeError: it does not fit into 1024 bytes.
    """
    if len(records) > _RECORD_AREA_OCTETS:
        raise RequestRangeError(command="a page", reason=f"{len(records)} bytes of records")
    area = records.ljust(_RECORD_AREA_OCTETS, b"\xff")
    count = OPEN_COUNT if is_open else len(records) // RECORD_OCTETS
    built = PAGE_HEAD.pack(
        PAGE_MAGIC,
        *(head.number, head.first_sequence),
        *(count, RECORD_OCTETS, VERSION),
        *(head.wear, head.begun, head.serial),
        *(0, _OPEN_SUM),
    )
    if is_open:
        return built + area
    summed = built[: PAGE_HEAD_OCTETS - _SUM_OCTETS]
    return summed + crc32(area, crc32(summed)).to_bytes(_SUM_OCTETS, "little") + area


def _is_that_page(fields: dict[str, Any], number: int) -> bool:
    found = (fields["magic"], fields["number"], fields["record_octets"], fields["version"])
    return found == (PAGE_MAGIC, number, RECORD_OCTETS, VERSION)


def _at(area: bytes, place: int) -> bytes:
    return area[place * RECORD_OCTETS : (place + 1) * RECORD_OCTETS]


def _written(area: bytes) -> Iterator[int]:
    return (place for place in range(RECORDS_A_PAGE) if _at(area, place) != _UNWRITTEN)


def _good(area: bytes, places: Sequence[int], first_sequence: int) -> Sequence[int]:
    """Those of the places that hold the record with their sequence.

    With its check a record's octets add up to FF. A record that was not written to its end still
    has FF behind what was written, and one in 256 of those adds up too; its status octet tells,
    because no status is FF.
    """
    sequences = _SEQUENCES.unpack(area)
    good = tuple(
        place
        for place in places
        if sequences[place] == first_sequence + place
        and area[place * RECORD_OCTETS + _STATUS_AT] != _UNWRITTEN_OCTET
        and sum(_at(area, place)) & _LOW_OCTET == _SUM_WITH_CHECK
    )
    return places if len(good) == len(places) else good
