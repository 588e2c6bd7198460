"""What reading a tag's text gives: the identity, how it was written, and what to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchclock_protocol.values import TagId

__all__ = ["NOTE_SENTENCES", "TagNote", "TagReading"]


class TagNote(StrEnum):
    """Something a person should know about an identity before relying on it."""

    CHECK_SUM_COMPUTED = "check_sum_computed"
    ORDER_BY_FAMILY = "order_by_family"
    ORDER_TURNED = "order_turned"
    LEADING_ZEROS_ADDED = "leading_zeros_added"
    BYTES_BETWEEN_UNKNOWN = "bytes_between_unknown"
    PARTIAL = "partial"
    FAMILY_UNLISTED = "family_unlisted"
    FAMILY_NO_BUTTON = "family_no_button"
    FAMILY_CUSTOM = "family_custom"
    UNIQUE_WARE = "unique_ware"
    SERIAL_ALL_ONES = "serial_all_ones"
    MAKER_UNLISTED = "maker_unlisted"
    NUMBER_NOT_UNIQUE = "number_not_unique"
    PARITY_WRONG = "parity_wrong"
    MIXED_KEYS = "mixed_keys"
    ATQA_DISAGREES = "atqa_disagrees"


NOTE_SENTENCES: Final[Mapping[TagNote, str]] = {
    TagNote.CHECK_SUM_COMPUTED: "The text has no check sum; it was computed, not checked.",
    TagNote.ORDER_BY_FAMILY: "It holds in two orders; the one with a known family was taken.",
    TagNote.ORDER_TURNED: "The bytes were written in the other order.",
    TagNote.LEADING_ZEROS_ADDED: "Leading zeros that were missing were added.",
    TagNote.BYTES_BETWEEN_UNKNOWN: "The print leaves bytes out; only the low ones count.",
    TagNote.PARTIAL: "Only the low bytes are known; other tags can have the same ones.",
    TagNote.FAMILY_UNLISTED: "The family of this button is in no list known here.",
    TagNote.FAMILY_NO_BUTTON: "This family is a chip on a board and no button for checkpoints.",
    TagNote.FAMILY_CUSTOM: "The family is that of a variant made for one customer.",
    TagNote.UNIQUE_WARE: "The serial is that of a UniqueWare part made for one customer.",
    TagNote.SERIAL_ALL_ONES: "The serial is all ones, as of a blank copy.",
    TagNote.MAKER_UNLISTED: "The maker's code is in no list known here.",
    TagNote.NUMBER_NOT_UNIQUE: "Numbers of four bytes are not unique; other cards can have it.",
    TagNote.PARITY_WRONG: "The parity of a byte does not hold; read the key again.",
    TagNote.MIXED_KEYS: "The file mixes the keys of two versions of its format.",
    TagNote.ATQA_DISAGREES: "ATQA announces a number of another length.",
}
"""What people read for each note, in English; the command and the pages translate it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagReading:
    """A tag as it was written somewhere.

    Attributes:
        tag: the identity, whole or partial.
        notation: name of the notation in which it was read, or of the kind of file.
        notes: what to know about it, without repetition.
        is_proven: a check sum or parity inside the text says that this reading is right.
    """

    tag: TagId
    notation: str
    notes: tuple[TagNote, ...] = ()
    is_proven: bool = False
