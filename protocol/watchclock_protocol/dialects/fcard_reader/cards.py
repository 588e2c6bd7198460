"""What the reader's kinds of card are, and which identity a number of each kind is.

Source: docs/protocols/fcard_reader.md "Card kinds". That a number is told in the order in which
the tag sends it is inferred; one known tag settles it for a reader.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from watchclock_protocol.desk_reader import ShownTag
from watchclock_protocol.values import TagTechnology

__all__ = ["CARDS", "shown_tag"]

_EM4100_OCTETS: Final = 5


class _Card(NamedTuple):
    name: str
    technology: TagTechnology | None


CARDS: Final[Mapping[int, _Card]] = {
    1: _Card("mifare_s50", TagTechnology.ISO14443A),
    2: _Card("nfc_tag", TagTechnology.ISO14443A),
    3: _Card("nfc_phone", TagTechnology.ISO14443A),
    4: _Card("state_id", TagTechnology.RFID),
    5: _Card("cpu_ic_s50", TagTechnology.ISO14443A),
    6: _Card("cpu", TagTechnology.ISO14443A),
    7: _Card("mifare_s70", TagTechnology.ISO14443A),
    8: _Card("cpu_ic_s70", TagTechnology.ISO14443A),
    9: _Card("id_125_khz", TagTechnology.EM4100),
    10: _Card("qr_code", None),
}


def shown_tag(card: int, number: bytes) -> ShownTag:
    """What was shown.

    A card of an unknown kind is a radio tag of which only the number is known, and so is one of
    125 kHz whose number is longer than any EM4100 tag's.
    """
    name, technology = CARDS.get(card, _Card(f"kind_{card}", TagTechnology.RFID))
    if technology is TagTechnology.EM4100:
        number = number[:-_EM4100_OCTETS].lstrip(b"\0") + number[-_EM4100_OCTETS:]
        if len(number) > _EM4100_OCTETS:
            technology = TagTechnology.RFID
    return ShownTag(number=number, kind=name, technology=technology)
