"""What must be known of a wand beforehand because it does not tell: where its records begin.

The maker's programs disagree on the index of the first patrol record: 0 in the app and in one
build of the library, 1 in a newer build (docs/protocols/kaihe_eb.md, "Index base"). A reply does
not tell its index, so a wrong base would lose one record at one end and could invent one at the
other.
"""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["IndexBase", "Profile", "find_base", "is_blank"]


class IndexBase(IntEnum):
    """The index of the first patrol record."""

    ZERO = 0
    ONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Settings of one wand or one host.

    Attributes:
        index_base: where patrol records begin; None asks the wand at both ends and trusts only an
            answer that leaves no doubt.
    """

    index_base: IndexBase | None = None


def is_blank(raw: bytes) -> bool:
    """Nothing was ever stored here: all bytes are FF, or all are 00."""
    return len(set(raw)) == 1 and raw[0] in (0x00, 0xFF)


def find_base(at_zero: bytes | None, at_count: bytes | None) -> IndexBase | None:
    """Where n records begin, told by the records at index 0 and at index n; None: not told.

    Of n records from 0 there is one at 0 and none at n; from 1 it is the other way round. Two
    records decide nothing: one of them is left over from before the last clear, or a copy.

    Args:
        at_zero: the record the wand gave for index 0; None if it gave none.
        at_count: the record it gave for index n, likewise.
    """
    has_zero = at_zero is not None and not is_blank(at_zero)
    has_count = at_count is not None and not is_blank(at_count)
    if has_zero == has_count:
        return None
    return IndexBase.ZERO if has_zero else IndexBase.ONE
