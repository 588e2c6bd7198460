"""Hypothesis makes tags of every technology, whole and partial."""

from hypothesis import strategies as st

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["partial_tags", "roms", "tags", "whole_tags"]

_LENGTHS = {
    TagTechnology.EM4100: (5,),
    TagTechnology.ISO14443A: (4, 7, 10),
    TagTechnology.WIEGAND26: (3,),
    TagTechnology.CYFRAL: (2,),
    TagTechnology.METAKOM: (4,),
}
_LONGEST_PART = {
    TagTechnology.IBUTTON: 6,
    TagTechnology.EM4100: 4,
    TagTechnology.RFID: 10,
}


def _some(octets: bytes) -> bool:
    return any(octets)


@st.composite
def roms(draw: st.DrawFn) -> TagId:
    """A whole iButton with a right check sum."""
    family = draw(st.integers(1, 255))
    serial = draw(st.binary(min_size=6, max_size=6).filter(_some))
    body = bytes([family]) + serial
    rom = body + bytes([crc8_maxim(body)])
    return TagId(TagTechnology.IBUTTON, rom if rom != b"\xff" * 8 else b"\x01" + rom[1:])


@st.composite
def whole_tags(draw: st.DrawFn) -> TagId:
    """A wholly known tag that may hang at a checkpoint, of any technology but the iButton."""
    technology = draw(st.sampled_from([*_LENGTHS, TagTechnology.ISO15693]))
    if technology is TagTechnology.ISO15693:
        serial = draw(st.binary(min_size=6, max_size=6).filter(_some))
        return TagId(technology, b"\xe0" + bytes([draw(st.integers(1, 255))]) + serial)
    length = draw(st.sampled_from(_LENGTHS[technology]))
    octets = draw(st.binary(min_size=length, max_size=length).filter(_some))
    if technology is TagTechnology.ISO14443A and octets[0] in {0x08, 0x88}:
        octets = b"\x04" + octets[1:]
    return TagId(technology, octets)


@st.composite
def partial_tags(draw: st.DrawFn) -> TagId:
    """Low bytes of a number, as wands keep them."""
    technology = draw(st.sampled_from(list(_LONGEST_PART)))
    longest = _LONGEST_PART[technology]
    octets = draw(st.binary(min_size=1, max_size=longest).filter(_some))
    return TagId(technology, octets)


def tags() -> st.SearchStrategy[TagId]:
    """Any tag."""
    return roms() | whole_tags() | partial_tags()
