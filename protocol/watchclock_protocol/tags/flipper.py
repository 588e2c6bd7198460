"""Reads the key files of a Flipper for enrolment: ``.ibtn``, ``.rfid`` and ``.nfc``.

Source: flipperdevices/flipperzero-firmware, documentation/file_formats (iButtonFileFormat.md,
LfRfidFileFormat.md, NfcFileFormats.md). Files of third parties mix the keys of both versions and
often hold a wrong check sum; the official example of version 1 does itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from watchclock_protocol.tags import em4100, iso14443a, iso15693, wiegand
from watchclock_protocol.tags.errors import TagFileError, TagFileKindError
from watchclock_protocol.tags.ibutton import ROM_LENGTH, notes_of, rom_of
from watchclock_protocol.tags.number_notations import KEY_LENGTHS, key_of
from watchclock_protocol.tags.reading import TagNote, TagReading
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["read_flipper"]

_BUTTON_FILE: Final = "Flipper iButton key"
_RADIO_FILE: Final = "Flipper RFID key"
_CARD_FILE: Final = "Flipper NFC device"
_MOST_LINES: Final = 5000
_SECOND_VERSION: Final = 2
_ATQA_LENGTH: Final = 2
_EM4100_KINDS: Final = frozenset({"EM4100", "EM4100/32", "EM4100/16"})
_DALLAS_KINDS: Final = frozenset(
    {"Dallas", "DS1990", "DS1992", "DS1996", "DS1971", "DS1420", "DSGeneric"}
)
_KEY_KINDS: Final[Mapping[str, TagTechnology]] = {
    "Cyfral": TagTechnology.CYFRAL,
    "Metakom": TagTechnology.METAKOM,
}
_OTHER_CARDS: Final = frozenset({"FeliCa", "ISO14443-3B", "ISO14443-4B", "ST25TB"})
_VICINITY_CARDS: Final = frozenset({"ISO15693-3", "ISO15693", "SLIX"})


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    value: str


@dataclass(frozen=True, slots=True)
class _Fields:
    """The file's keys, each with the line it stands in; the first of equal keys counts."""

    lines: Mapping[str, _Line]

    def text(self, *keys: str) -> _Line:
        """The value of the first of these keys that the file has."""
        for key in keys:
            if key in self.lines:
                return self.lines[key]
        raise TagFileError(line=1, reason="a key that belongs to every such file is missing")

    def has(self, key: str) -> bool:
        return key in self.lines

    def octets(self, *keys: str) -> bytes:
        """The bytes under the first of these keys that the file has."""
        line = self.text(*keys)
        try:
            return bytes(int(part, 16) for part in line.value.split())
        except ValueError as error:
            raise TagFileError(
                line=line.number, reason="it holds something other than bytes"
            ) from error

    def exactly(self, length: int, *keys: str) -> bytes:
        """As many bytes as the kind of key has."""
        octets = self.octets(*keys)
        if len(octets) != length:
            raise TagFileError(
                line=self.text(*keys).number, reason="it holds another number of bytes"
            )
        return octets

    def version(self) -> int:
        """The version of the file's format."""
        line = self.text("Version")
        if not (line.value.isascii() and line.value.isdigit()):
            raise TagFileError(line=line.number, reason="the version is no number")
        return int(line.value)


def read_flipper(data: bytes) -> TagReading:
    """The tag in a key file.

    Args:
        data: the whole file, text in UTF-8.

    Returns:
        The reading; its notation is ``flipper_ibtn``, ``flipper_rfid`` or ``flipper_nfc``.

    Raises:
        TagFileError: it is no such file, or a line of it cannot be used.
        TagFileKindError: it holds a key of a kind that no wand reads.
        TagError: the tag in it is impossible, or its check sum does not hold.
    """
    fields = _fields(data)
    kind = fields.text("Filetype")
    readers: Mapping[str, Callable[[_Fields], TagReading]] = {
        _BUTTON_FILE: _button,
        _RADIO_FILE: _radio,
        _CARD_FILE: _card,
    }
    if kind.value not in readers:
        raise TagFileError(line=kind.number, reason="it names no kind of file known here")
    return readers[kind.value](fields)


def _fields(data: bytes) -> _Fields:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise TagFileError(line=1, reason="the file is no text") from error
    found: dict[str, _Line] = {}
    for number, line in enumerate(lines[:_MOST_LINES], start=1):
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            found.setdefault(key.strip(), _Line(number, value.strip()))
    if "Filetype" not in found:
        raise TagFileError(line=1, reason="it does not say what kind of file it is")
    return _Fields(found)


def _button(fields: _Fields) -> TagReading:
    version = fields.version()
    kind = fields.text("Protocol", "Key type").value
    is_second = version >= _SECOND_VERSION
    is_mixed = fields.has("Key type") == is_second
    mixed = (TagNote.MIXED_KEYS,) if is_mixed else ()
    if kind in _KEY_KINDS:
        technology = _KEY_KINDS[kind]
        tag, notes = key_of(technology, fields.exactly(KEY_LENGTHS[technology], "Data"))
        return _reading("flipper_ibtn", tag, (*notes, *mixed))
    if kind not in _DALLAS_KINDS:
        raise TagFileKindError(kind=kind)
    rom = fields.exactly(ROM_LENGTH, "Rom Data", "Data")
    tag = rom_of(rom, rom.hex(" ").upper())
    return replace(_reading("flipper_ibtn", tag, (*mixed, *notes_of(tag))), is_proven=True)


def _radio(fields: _Fields) -> TagReading:
    kind = fields.text("Key type").value
    if kind in _EM4100_KINDS:
        tag = em4100.tag_of(fields.exactly(em4100.IDENTITY_LENGTH, "Data"))
    elif kind == "H10301":
        tag = wiegand.tag_of(fields.exactly(wiegand.LENGTH, "Data"))
    else:
        raise TagFileKindError(kind=kind)
    return _reading("flipper_rfid", tag, ())


def _card(fields: _Fields) -> TagReading:
    kind = fields.text("Device type").value
    if kind in _OTHER_CARDS:
        raise TagFileKindError(kind=kind)
    uid = fields.octets("UID")
    if kind in _VICINITY_CARDS:
        tag = iso15693.tag_of(uid, uid.hex(" ").upper())
        return _reading("flipper_nfc", tag, iso15693.notes_of(tag))
    return _reading("flipper_nfc", iso14443a.tag_of(uid), _notes_on_card(fields, uid))


def _notes_on_card(fields: _Fields, uid: bytes) -> tuple[TagNote, ...]:
    notes: list[TagNote] = []
    if fields.has("ATQA"):
        written = fields.exactly(_ATQA_LENGTH, "ATQA")
        if not iso14443a.atqa_fits(iso14443a.atqa_as_sent(written, fields.version()), uid):
            notes.append(TagNote.ATQA_DISAGREES)
    if len(uid) == iso14443a.SINGLE:
        notes.append(TagNote.NUMBER_NOT_UNIQUE)
    return tuple(notes)


def _reading(notation: str, tag: TagId, notes: tuple[TagNote, ...]) -> TagReading:
    return TagReading(tag=tag, notation=notation, notes=notes)
