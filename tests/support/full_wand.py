"""A VF5000+ whose whole memory is written, its flash filled by a second encoder of pages.

32,768 pages of 1,024 octets are 32 MiB; by touches they would take minutes to write.
"""

from typing import Final

from tests.support import by_hand_vs
from tests.support.sim_wands import setup_of
from watchclock_sim.wands.vs import VsWand

__all__ = ["FULL_PAGES", "RECORDS_A_PAGE", "full_page", "full_wand"]

FULL_PAGES: Final = 32_768
RECORDS_A_PAGE: Final = 41


def full_page(number: int) -> bytes:
    """The page of this number as the wand hands it out."""
    first = 1 + number * RECORDS_A_PAGE
    records = [by_hand_vs.record(first + place) for place in range(RECORDS_A_PAGE)]
    return by_hand_vs.page(number, first, records, serial=by_hand_vs.RADIO_SERIAL)


def full_wand(pages: int = FULL_PAGES) -> VsWand:
    """The wand, with so many of its pages written and none left over."""
    wand = VsWand(setup_of(by_hand_vs.RADIO_SERIAL.hex().upper(), capacity=41 * (pages - 2)))
    for number in range(pages):
        wand.memory.flash.program(number, 0, full_page(number))
    wand.memory.recover()
    return wand
