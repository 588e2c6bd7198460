"""What a vs wand finds in its own flash when its supply comes back: the pages, and what is whole.

The rules are those by which a host reads pages (docs/protocols/vs.md, section "Memory").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.vs.layouts import PAGE_HEAD, PAGE_HEAD_OCTETS, PAGE_MAGIC
from watchclock_protocol.dialects.vs.pages import PageHead, read_page
from watchclock_protocol.dialects.vs.records import RECORD_OCTETS, LogKind
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE
from watchclock_sim.hardware.flash import Flash

__all__ = ["FoundPage", "found_pages"]

KIND_AT: Final = 4
UNWRITTEN: Final = b"\xff" * RECORD_OCTETS


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page as it was found.

    Attributes:
        kinds: of its records in their order; None for one that is damaged.
        is_torn: its CRC-32 does not hold: it was open when power was lost, or a bit rotted.
    """

    head: PageHead
    kinds: tuple[LogKind | None, ...]
    is_torn: bool


def found_pages(flash: Flash, serial: bytes) -> Iterator[FoundPage]:
    """Every page of this wand, in the order of their places."""
    for place in flash.written_places():
        raw = flash.read(place)
        fields = PAGE_HEAD.parse(raw[:PAGE_HEAD_OCTETS])
        number = fields["number"]
        is_ours = (fields["magic"], fields["serial"]) == (PAGE_MAGIC, serial)
        if is_ours and number % flash.places == place:
            page = read_page(number, raw)
            area = raw[PAGE_HEAD_OCTETS:]
            good = frozenset(page.good)
            kinds = [
                LogKind(_at(area, index)[KIND_AT]) if index in good else None
                for index in range(_written(area))
            ]
            head = PageHead(
                number=number,
                first_sequence=fields["first_sequence"],
                wear=fields["wear"],
                begun=fields["begun"],
                serial=serial,
            )
            yield FoundPage(head=head, kinds=tuple(kinds), is_torn=page.is_torn)


def _at(area: bytes, place: int) -> bytes:
    return area[place * RECORD_OCTETS : (place + 1) * RECORD_OCTETS]


def _written(area: bytes) -> int:
    """Places up to the last one that holds anything."""
    written = [place for place in range(RECORDS_A_PAGE) if _at(area, place) != UNWRITTEN]
    return written[-1] + 1 if written else 0
