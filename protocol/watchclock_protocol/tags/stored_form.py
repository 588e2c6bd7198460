"""The one form in which tags are stored and exchanged, ``technology:HEX``, checked when typed.

``TagId.parse`` reads what the project itself has stored. What people type goes through here: the
same check sums, lengths and impossible tags as in every other notation.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from watchclock_protocol.tags import ibutton, iso14443a, iso15693
from watchclock_protocol.tags.errors import TagLengthError, TagShortedError
from watchclock_protocol.tags.pasted import cut
from watchclock_protocol.tags.reading import TagReading
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["STORED_FORM", "read_stored"]

STORED_FORM: Final = "stored"
_WRITTEN: Final = re.compile(rf"\s*({'|'.join(TagTechnology)})\s*:(.*)", re.IGNORECASE | re.DOTALL)
_LONGEST: Final[Mapping[TagTechnology, int]] = {
    TagTechnology.EM4100: 5,
    TagTechnology.ISO14443A: 10,
    TagTechnology.ISO15693: 8,
    TagTechnology.WIEGAND26: 3,
    TagTechnology.CYFRAL: 2,
    TagTechnology.METAKOM: 4,
    TagTechnology.RFID: 10,
}


def read_stored(text: str) -> TagReading | None:
    """The tag written as ``technology:HEX``; None when the text names no technology.

    Raises:
        TagError: the technology is named and what follows is no identity of it.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    technology = TagTechnology(written[1].lower())
    digits = cut(written[2]).digits
    if len(digits) % 2:
        raise TagLengthError(text=text.strip(), count=len(digits))
    octets = bytes.fromhex(digits)
    check = _CHECKS.get(technology, _plain)
    tag = check(TagId(technology, octets), text.strip())
    is_proven = ibutton.whole(tag) is not None
    return TagReading(tag=tag, notation=STORED_FORM, is_proven=is_proven)


def _plain(tag: TagId, text: str) -> TagId:
    if len(tag.octets) > _LONGEST[tag.technology]:
        raise TagLengthError(text=text, count=2 * len(tag.octets))
    if not any(tag.octets):
        raise TagShortedError
    return tag


def _button(tag: TagId, text: str) -> TagId:
    if len(tag.octets) == ibutton.ROM_LENGTH:
        return ibutton.rom_of(tag.octets, text)
    if len(tag.octets) > ibutton.SERIAL_LENGTH:
        raise TagLengthError(text=text, count=2 * len(tag.octets))
    return ibutton.tag_of_serial(tag.octets, text)


def _proximity(tag: TagId, text: str) -> TagId:
    whole = len(tag.octets) in iso14443a.LENGTHS
    return iso14443a.tag_of(tag.octets) if whole else _plain(tag, text)


def _vicinity(tag: TagId, text: str) -> TagId:
    whole = len(tag.octets) == iso15693.LENGTH
    return iso15693.tag_of(tag.octets, text) if whole else _plain(tag, text)


_CHECKS: Final[Mapping[TagTechnology, Callable[[TagId, str], TagId]]] = {
    TagTechnology.IBUTTON: _button,
    TagTechnology.ISO14443A: _proximity,
    TagTechnology.ISO15693: _vicinity,
}
