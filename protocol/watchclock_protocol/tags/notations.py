"""Every notation by name; reads pasted text, refuses to guess, prints a tag in every way.

A text is tried in every notation it has the digits for. A check sum inside the text decides; where
none does and several notations remain, all of them are told and the caller names one.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from watchclock_protocol.tags import ibutton, iso15693
from watchclock_protocol.tags.card_notations import CARD_NOTATIONS
from watchclock_protocol.tags.em4100_notations import EM4100_NOTATIONS
from watchclock_protocol.tags.errors import (
    TagAmbiguousError,
    TagCheckSumError,
    TagError,
    TagFamilyZeroError,
    TagFrameError,
    TagLengthError,
    TagNotationError,
    TagNotationUnknownError,
    TagSerialZeroError,
    TagShortedError,
)
from watchclock_protocol.tags.ibutton_notations import IBUTTON_NOTATIONS
from watchclock_protocol.tags.notation import Notation
from watchclock_protocol.tags.number_notations import NUMBER_NOTATIONS
from watchclock_protocol.tags.pasted import Pasted, cut
from watchclock_protocol.tags.reading import TagNote, TagReading
from watchclock_protocol.tags.stored_form import STORED_FORM, read_stored
from watchclock_protocol.values import TagId, TagTechnology

__all__ = [
    "ALIASES",
    "EXAMPLE_TAGS",
    "NOTATIONS",
    "common_notation",
    "find_notation",
    "printed_beside",
    "printed_forms",
    "read_tag",
]

NOTATIONS: Final[Mapping[str, Notation]] = {
    each.name: each
    for each in (*IBUTTON_NOTATIONS, *EM4100_NOTATIONS, *CARD_NOTATIONS, *NUMBER_NOTATIONS)
}
ALIASES: Final[Mapping[str, str]] = {
    "wedge_s1": "ibutton_crc_first",
    "wedge_s2": "ibutton_serial_high",
    "wedge_s3": "ibutton_wire",
    "wedge_s4": "ibutton_serial_low",
    "wedge_s5": "ibutton_family_serial_high",
    "owfs_fic": "ibutton_wire",
    "owfs_fi": "ibutton_family_serial_low",
    "arduino": "ibutton_wire",
    "ruptela": "ibutton_wire",
    "esphome": "ibutton_crc_first",
    "gt06": "ibutton_crc_first",
    "teltonika": "ibutton_crc_first",
    "ds1921_export": "ibutton_crc_first",
    "galileosky": "ibutton_serial_high_crc",
    "galileosky_server": "ibutton_low_4_decimal",
    "suntech": "ibutton_family_serial_low",
    "cellocator": "ibutton_serial_low",
    "navtelecom": "ibutton_low_bytes",
    "jwm_wm5000t": "ibutton_low_3",
    "weg24": "em4100_dez3_5c",
    "weg32": "em4100_dez5_5",
    "nitgen": "em4100_dez3_5_glued",
    "patrol_master": "em4100_dez13",
    "h10301": "wiegand26",
}
"""Names of devices and programs by which people know a notation."""
EXAMPLE_TAGS: Final[Mapping[TagTechnology, TagId]] = {
    tag.technology: tag
    for tag in map(
        TagId.parse,
        (
            "ibutton:01EB450D030000AE",
            "em4100:1122334455",
            "iso14443a:90D752C5",
            "iso15693:E00780983E796083",
            "wiegand26:760643",
            "cyfral:1234",
            "metakom:12345678",
            "rfid:7E017F",
        ),
    )
}
"""A tag of each technology, to show notations with."""
_USUAL: Final[Mapping[TagTechnology, tuple[str, ...]]] = {
    TagTechnology.IBUTTON: ("ibutton_engraved", "ibutton_low_3", "ibutton_serial_decimal"),
    TagTechnology.EM4100: ("em4100_dez10", "em4100_dez3_5c", "em4100_dez13"),
    TagTechnology.ISO14443A: ("iso14443a_decimal", "iso14443a_decimal_reversed"),
    TagTechnology.ISO15693: ("iso15693_reversed",),
    TagTechnology.WIEGAND26: ("wiegand26",),
    TagTechnology.CYFRAL: (),
    TagTechnology.METAKOM: (),
    TagTechnology.RFID: ("rfid_decimal",),
}
_FOUND_NO_TAG: Final = (TagCheckSumError, TagFrameError, TagNotationError)
"""Refusals that mean only that the text is not written in this notation."""
_YIELDS: Final = (*_FOUND_NO_TAG, TagFamilyZeroError, TagSerialZeroError, TagShortedError)
"""Refusals that do not count where a check sum proves another notation right."""
Refusal = tuple[Notation, TagError]
_NINE_ONES: Final = re.compile("FF[89A-F]")
_STRONGEST: Final = "em4100_frame"
"""Header, parities and stop bit are 24 bits of proof; the CRC-8 of a ROM in three orders is 8."""
_MARKED: Final = frozenset({"iso15693_uid", "iso15693_reversed"})
"""Without a check sum, yet marked by E0 and a maker's code."""
_NO_MAKER: Final = 0
"""Given to no maker; it is what a ROM whose CRC is E0 has there, the high byte of its serial."""


def find_notation(name: str) -> Notation:
    """The notation of this name or alias.

    Raises:
        TagNotationUnknownError: there is none.
    """
    found = NOTATIONS.get(ALIASES.get(name, name))
    if found is None:
        raise TagNotationUnknownError(notation=name, known=", ".join(NOTATIONS))
    return found


def read_tag(
    text: str, *, notation: str | None = None, preferred: Collection[str] = ()
) -> TagReading:
    """What a pasted text means.

    Args:
        text: as pasted; blanks around it, separators and small letters do not matter.
        notation: the only notation to read it in; None to try all that fit.
        preferred: notations of the import profile, or of the rest of the same file; they decide
            where the text alone does not.

    Raises:
        TagError: always a subclass that says what is wrong; never anything else.
    """
    if notation is not None and notation != STORED_FORM:
        return _with_notes(find_notation(notation).reading(cut(text)))
    stored = read_stored(text)
    if stored is not None or notation == STORED_FORM:
        return _with_notes(_stored(stored, text))
    pasted = cut(text)
    if set(pasted.digits) == {"0"} and len(pasted.digits) > 1:
        raise TagShortedError
    readings, refusals = _tried(pasted)
    return _with_notes(_decided(pasted, readings, refusals, preferred))


def _stored(reading: TagReading | None, text: str) -> TagReading:
    if reading is None:
        raise TagNotationError(
            text=text, notation=STORED_FORM, reason="it does not begin with a technology"
        )
    return reading


def printed_forms(tag: TagId) -> Mapping[str, str]:
    """The tag in every notation for which enough of it is known, the usual first."""
    forms = ((name, notation.write(tag)) for name, notation in NOTATIONS.items())
    return {STORED_FORM: str(tag)} | {name: form for name, form in forms if form is not None}


def printed_beside(tag: TagId) -> Mapping[str, str]:
    """The few forms of ``printed_forms`` that cards and desk readers of its kind show most."""
    forms = ((name, NOTATIONS[name].write(tag)) for name in _USUAL[tag.technology])
    return {name: form for name, form in forms if form is not None}


def common_notation(texts: Iterable[str]) -> str | None:
    """The iButton order in which all texts of one file hold their check sums, if there is one.

    For ``read_tag(preferred=…)``: a single identity can hold in two orders, a whole file does not.
    """
    fitting = {"ibutton_wire", "ibutton_crc_first", "ibutton_serial_high_crc"}
    for text in texts:
        try:
            readings, _ = _tried(cut(text))
        except TagError:
            continue
        names = {each.notation for each in readings if each.is_proven} & fitting
        fitting = names or fitting
    return next(iter(fitting)) if len(fitting) == 1 else None


def _tried(pasted: Pasted) -> tuple[list[TagReading], list[Refusal]]:
    readings: list[TagReading] = []
    refusals: list[Refusal] = []
    for notation in NOTATIONS.values():
        if not notation.may_be(pasted):
            continue
        try:
            readings.append(notation.reading(pasted))
        except TagError as error:
            refusals.append((notation, error))
    return readings, refusals


def _decided(
    pasted: Pasted,
    readings: list[TagReading],
    refusals: list[Refusal],
    preferred: Collection[str],
) -> TagReading:
    proven = [each for each in readings if each.is_proven]
    if proven:
        proven = [each for each in proven if each.notation == _STRONGEST] or proven
        readings = proven + [each for each in readings if _is_marked(each)]
    elif (refusal := _deciding_refusal(readings, refusals)) is not None:
        raise refusal
    if not readings:
        raise _best_refusal(pasted, [error for _, error in refusals])
    meanings = _meanings(readings)
    if len(meanings) == 1:
        return meanings[0]
    wanted = [each for each in readings if each.notation in preferred]
    if len(wanted) == 1:
        return wanted[0]
    known = [each for each in meanings if _has_known_family(each)]
    if len(known) == 1 and len(proven) == len(readings):
        return replace(known[0], notes=(*known[0].notes, TagNote.ORDER_BY_FAMILY))
    raise TagAmbiguousError(text=pasted.text, readings=meanings)


def _deciding_refusal(readings: list[TagReading], refusals: list[Refusal]) -> TagError | None:
    """The refusal of what the text most likely is, which is not to be read in another way instead.

    A tag that is impossible in its usual order is not taken for one in the turned order. But what
    can be a tag of another technology stays one, and an impossible turned order says nothing.
    """
    technologies = {each.tag.technology for each in readings}
    return next(
        (
            error
            for notation, error in refusals
            if not isinstance(error, _YIELDS)
            and not notation.name.endswith("_reversed")
            and not technologies - {notation.technology}
        ),
        None,
    )


def _best_refusal(pasted: Pasted, refusals: list[TagError]) -> TagError:
    """The one refusal to tell: impossible tags first, then what the text most looks like."""
    frames = [each for each in refusals if isinstance(each, TagFrameError)]
    if frames and _NINE_ONES.match(pasted.digits) and not _is_impossible(refusals):
        return frames[0]
    for kinds in ((TagFamilyZeroError, TagSerialZeroError, TagShortedError), (TagCheckSumError,)):
        for error in refusals:
            if isinstance(error, kinds):
                return error
    if refusals:
        return refusals[0]
    return TagLengthError(text=pasted.text, count=len(pasted.digits))


def _is_impossible(refusals: list[TagError]) -> bool:
    return any(isinstance(each, TagFamilyZeroError | TagSerialZeroError) for each in refusals)


def _is_marked(reading: TagReading) -> bool:
    return reading.notation in _MARKED and reading.tag.octets[1] != _NO_MAKER


def _meanings(readings: list[TagReading]) -> list[TagReading]:
    """One reading for each tag, the usual notation first."""
    first: dict[TagId, TagReading] = {}
    for reading in readings:
        first.setdefault(reading.tag, reading)
    return list(first.values())


def _has_known_family(reading: TagReading) -> bool:
    rom = ibutton.whole(reading.tag)
    return rom is not None and rom[0] in ibutton.FAMILIES


def _with_notes(reading: TagReading) -> TagReading:
    """The reading with what its identity alone calls for."""
    tag = reading.tag
    notes = [*reading.notes, *ibutton.notes_of(tag), *iso15693.notes_of(tag)]
    if not tag.is_whole:
        notes.append(TagNote.PARTIAL)
    if tag.technology is TagTechnology.ISO14443A and len(tag.octets) == 4:  # noqa: PLR2004 - single size
        notes.append(TagNote.NUMBER_NOT_UNIQUE)
    return replace(reading, notes=tuple(dict.fromkeys(notes)))
