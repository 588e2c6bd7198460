"""The dialects this version speaks, one sub-package a wire format, listed in one literal table."""

from collections.abc import Mapping
from typing import Final

from watchclock_protocol.dialect import Dialect
from watchclock_protocol.dialects.fcard import FCARD
from watchclock_protocol.dialects.wm5000t import WM5000T
from watchclock_protocol.errors import DialectUnknownError

__all__ = ["DIALECTS", "find_dialect"]

DIALECTS: Final[Mapping[str, Dialect]] = {FCARD.name: FCARD, WM5000T.name: WM5000T}


def find_dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        DialectUnknownError: no such dialect.
    """
    try:
        return DIALECTS[name]
    except KeyError:
        raise DialectUnknownError(dialect=name, known=", ".join(sorted(DIALECTS))) from None
