"""The kinds of wands that can be simulated: which tags they read, how they are numbered."""

from enum import StrEnum
from typing import Final, assert_never

from watchclock_protocol.values import TagTechnology
from watchclock_sim.errors import SimulatorOptionError

__all__ = ["DEFAULT_NUMBERS", "TECHNOLOGIES", "DialectName", "check_number"]


class DialectName(StrEnum):
    """Wands that can be simulated."""

    FCARD = "fcard"
    WM5000T = "wm5000t"


TECHNOLOGIES: Final = {
    DialectName.FCARD: TagTechnology.RFID,
    DialectName.WM5000T: TagTechnology.IBUTTON,
}

# 531932 are the status bytes in the capture of koliha/jwm-wm5000t, readme.md.
DEFAULT_NUMBERS: Final = {DialectName.FCARD: "1", DialectName.WM5000T: "531932"}
LARGEST_FCARD_NUMBER: Final = 255
WM5000T_DIGITS: Final = 6


def check_number(dialect: DialectName, number: str) -> None:
    """Make sure that a wand of the dialect can have this number.

    An fcard number is 1 to 255 (FC wand protocol document, section 2); a wm5000t number is the
    three status bytes as six hexadecimal digits.

    Raises:
        SimulatorOptionError: it cannot.
    """
    match dialect:
        case DialectName.FCARD:
            is_good = number.isdecimal() and 1 <= int(number) <= LARGEST_FCARD_NUMBER
            wanted = "a number from 1 to 255"
        case DialectName.WM5000T:
            is_good = len(number) == WM5000T_DIGITS and set(number) <= set("0123456789ABCDEF")
            wanted = "six hexadecimal digits in capitals"
        case _:
            assert_never(dialect)
    if not is_good:
        raise SimulatorOptionError(reason=f"the number {number!r} of a {dialect} is not {wanted}")
