"""Wiegand-26 numbers: facility and card between two parities, as H10301 and many readers send.

Source: HID H10301; RfidResearchGroup/proxmark3, client/src/cmdlfhid.c and armsrc/Standalone.
"""

from typing import Final

from watchclock_protocol.tags.errors import TagFrameError, TagShortedError
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["BITS", "HID_MARKER", "LENGTH", "frame_of", "from_bits", "tag_of"]

BITS: Final = 26
LENGTH: Final = 3
HID_MARKER: Final = 0x2004000000
"""What HID's readers put above 26 bits to tell how many they are."""
_HALF: Final = 12


def tag_of(octets: bytes) -> TagId:
    """The identity of a facility (one byte) and a card (two bytes).

    Raises:
        TagShortedError: nothing but zeros.
    """
    if not any(octets):
        raise TagShortedError
    return TagId(TagTechnology.WIEGAND26, octets)


def frame_of(octets: bytes) -> int:
    """The 26 bits on the line: even parity, twelve bits, twelve bits, odd parity."""
    data = int.from_bytes(octets)
    even = (data >> _HALF).bit_count() & 1
    odd = 1 - ((data & 0xFFF).bit_count() & 1)
    return even << 25 | data << 1 | odd


def from_bits(frame: int) -> TagId:
    """The identity in 26 bits.

    Raises:
        TagFrameError: one of the two parities does not hold.
        TagShortedError: nothing but zeros.
    """
    octets = (frame >> 1 & 0xFFFFFF).to_bytes(LENGTH)
    right = frame_of(octets)
    if frame >> 25 != right >> 25:
        raise TagFrameError(frame=f"{frame:026b}", reason="the even parity does not hold")
    if frame & 1 != right & 1:
        raise TagFrameError(frame=f"{frame:026b}", reason="the odd parity does not hold")
    return tag_of(octets)
