"""What reading a tag's text gives: the identity, how it was written, and what to know about it."""

from dataclasses import dataclass
from enum import StrEnum

from watchclock_protocol.values import TagId

__all__ = ["TagNote", "TagReading"]


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
