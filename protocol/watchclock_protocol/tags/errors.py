"""Every way a text, a frame or a file can fail to be a tag, each with a stable code.

TagError
    TagEmptyError        nothing was given
    TagLetterError       a character that is no digit
        TagLookAlikeError  it looks like a digit; the repair is offered, never made
    TagSpreadsheetError  a spreadsheet has lost digits of the number
    TagLengthError       no tag is written with so many digits
    TagNotationUnknownError  no notation has this name
    TagNotationError     the text does not fit the notation that was named
    TagAmbiguousError    several notations fit and mean different tags
    TagCheckSumError     the tag's own check sum does not hold
    TagFrameError        a frame of bits with a wrong header, parity or end
    TagNobodyError       all ones: nothing was on the contact
    TagShortedError      all zeros: the contact was shorted
    TagFamilyZeroError   an iButton of family 00
    TagSerialZeroError   a serial number of nothing but zeros
    TagRandomError       a card that makes a new identity each time
    TagIncompleteError   a cascade level that is not the whole identity
    TagUnknownError      nobody has enrolled such a tag
    TagsAlikeError       several enrolled tags can be the one that was read
    TagFileError         a file that no tag can be read from
        TagFileKindError   of a kind of key that no wand reads
"""

from typing import TYPE_CHECKING

from watchclock_protocol.errors import CodedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watchclock_protocol.tags.reading import TagReading

__all__ = [
    "TagAmbiguousError",
    "TagCheckSumError",
    "TagEmptyError",
    "TagError",
    "TagFamilyZeroError",
    "TagFileError",
    "TagFileKindError",
    "TagFrameError",
    "TagIncompleteError",
    "TagLengthError",
    "TagLetterError",
    "TagLookAlikeError",
    "TagNobodyError",
    "TagNotationError",
    "TagNotationUnknownError",
    "TagRandomError",
    "TagSerialZeroError",
    "TagShortedError",
    "TagSpreadsheetError",
    "TagUnknownError",
    "TagsAlikeError",
]


class TagError(CodedError):
    """Something about the identity of a tag."""

    code = "tag.error"
    template = "This cannot be used as a tag."
    next_step = "Read the tag again, or copy its number from where it is printed."


class TagEmptyError(TagError):
    """There is no text at all."""

    code = "tag.empty"
    template = "No tag was given."
    next_step = "Type or paste the number of the tag."


class TagLetterError(TagError):
    """A character that stands in no notation."""

    code = "tag.letter"
    template = "Character {position} of “{text}” is “{character}”, which is no digit of any tag."
    next_step = "Use the digits 0 to 9 and the letters A to F."


class TagLookAlikeError(TagLetterError):
    """A character that looks like a digit and is another."""

    code = "tag.look_alike"
    template = (
        "Character {position} of “{text}” is “{character}” ({name}), "
        "which only looks like {digit}."
    )
    next_step = "If {offer} is meant, type it so."


class TagSpreadsheetError(TagError):
    """The number was shortened, as spreadsheets do with long numbers."""

    code = "tag.spreadsheet"
    template = "“{text}” was shortened by a spreadsheet; its last digits are lost."
    next_step = "Format the column as text and take the number from its source again."


class TagLengthError(TagError):
    """No notation has so many digits, or not in such groups."""

    code = "tag.length"
    template = "“{text}” has {count} digits, and no tag is written with so many in this way."
    next_step = "Compare it with the print on the tag digit by digit."


class TagNotationUnknownError(TagError):
    """The notation that was named does not exist."""

    code = "tag.notation_unknown"
    template = "No notation is called {notation}."
    next_step = "Choose one of: {known}."


class TagNotationError(TagError):
    """The text is not written in the notation that was named."""

    code = "tag.notation"
    template = "“{text}” is not written as {notation}: {reason}."
    next_step = "Name the notation in which the number is printed, or leave it open."


class TagAmbiguousError(TagError):
    """Several notations fit, and they mean different tags.

    Attributes:
        readings: everything the text can mean, the usual first.
    """

    code = "tag.ambiguous"
    template = "“{text}” can be read in several ways: {candidates}."
    next_step = (
        "Name the notation (--notation); one known tag of the same reader tells which it is."
    )

    def __init__(self, *, readings: "Sequence[TagReading]" = (), **details: object) -> None:
        self.readings = tuple(readings)
        told = ", ".join(f"{each.notation} = {each.tag}" for each in self.readings)
        super().__init__(**({"candidates": told} | details))


class TagCheckSumError(TagError):
    """The check sum inside the text does not belong to its other digits."""

    code = "tag.check_sum"
    template = "The check sum of “{text}” does not hold: {found} is given, {right} would be right."
    next_step = (
        "Read the tag again; a sum that stays wrong is that of a blank or badly written copy."
    )


class TagFrameError(TagError):
    """A frame of bits that is not whole."""

    code = "tag.frame"
    template = "The frame {frame} is damaged: {reason}."
    next_step = "Read the tag again; two equal readings are needed."


class TagNobodyError(TagError):
    """Only ones: the line was never pulled down."""

    code = "tag.nobody"
    template = "No button was on the contact: every bit was read as 1."
    next_step = "Hold the button flat on the contact and read it again."


class TagShortedError(TagError):
    """Only zeros, which pass the check sum."""

    code = "tag.shorted"
    template = "Every bit of the tag was read as 0: the contact was shorted, or nothing was read."
    next_step = "Clean the contact, look for metal or water on it and read the tag again."


class TagFamilyZeroError(TagError):
    """An iButton of family 00, which nobody makes."""

    code = "tag.family_zero"
    template = "“{text}” has the family 00, which no button has."
    next_step = "Read the button again; a shorted contact reads zeros."


class TagSerialZeroError(TagError):
    """A serial number of nothing but zeros."""

    code = "tag.serial_zero"
    template = "“{text}” has a serial number of nothing but zeros."
    next_step = "Read the tag again, or use another one."


class TagRandomError(TagError):
    """A card that answers with another number each time."""

    code = "tag.random"
    template = "{uid} is random: phones and payment cards make a new number each time."
    next_step = "Use a tag with a number of its own."


class TagIncompleteError(TagError):
    """Only a part of a longer identity."""

    code = "tag.incomplete"
    template = "{uid} is no whole identity: it begins with 88, so more bytes follow."
    next_step = "Read the tag with a reader that shows all 7 or 10 bytes."


class TagUnknownError(TagError):
    """No enrolled tag can be the one that was read."""

    code = "tag.unknown"
    template = "Nobody has enrolled a tag that can be {tag}."
    next_step = "Enrol the tag, or check which tag was read."


class TagsAlikeError(TagError):
    """Several enrolled tags can be the one that was read."""

    code = "tag.several"
    template = "{tag} can be several tags: {several}."
    next_step = "Read the tag with a reader that keeps more of its number."


class TagFileError(TagError):
    """A file that no tag can be read from."""

    code = "tag.file"
    template = "Line {line} of the file cannot be used: {reason}."
    next_step = "Export the key again; .ibtn, .rfid and .nfc files of a Flipper can be read."


class TagFileKindError(TagFileError):
    """The file holds a key of a kind that no wand reads."""

    code = "tag.file_kind"
    template = "The file holds a key of the kind “{kind}”, which no wand reads."
    next_step = "Use an iButton, EM4100, H10301, ISO 14443A or ISO 15693 tag."
