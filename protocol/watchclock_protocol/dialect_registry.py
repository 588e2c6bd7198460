"""Finds installed dialects by entry point, so that a third party's package needs no change here.

Reading which packages are installed is the one look the protocol takes at the world around it; the
answer cannot change while the program runs, and is kept.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from watchclock_protocol.dialect import Dialect
from watchclock_protocol.errors import (
    DialectBrokenError,
    DialectConflictError,
    DialectUnknownError,
)

__all__ = ["DIALECT_GROUP", "dialects_of", "find_dialect", "load_dialect", "load_dialects"]

DIALECT_GROUP: Final = "watchclock.dialects"
"""Each entry point is named like its dialect and leads to a ``Dialect``."""


def find_dialect(name: str) -> Dialect:
    """The dialect of that name; only this one is imported.

    Raises:
        DialectUnknownError: no such dialect is installed.
        DialectConflictError: two packages offer it.
        DialectBrokenError: it cannot be loaded.
    """
    points = _points()
    if name not in points:
        raise DialectUnknownError(dialect=name, known=", ".join(sorted(points)))
    return load_dialect(points[name])


def load_dialects() -> Mapping[str, Dialect]:
    """Every installed dialect by its name, in the order of names.

    Raises:
        DialectConflictError: two packages offer one name.
        DialectBrokenError: one cannot be loaded.
    """
    points = _points()
    return {name: load_dialect(points[name]) for name in sorted(points)}


def dialects_of(points: Iterable[EntryPoint]) -> Mapping[str, EntryPoint]:
    """The entry points by name.

    Raises:
        DialectConflictError: two have one name and lead to different places.
    """
    found: dict[str, EntryPoint] = {}
    for point in points:
        known = found.setdefault(point.name, point)
        if known.value != point.value:
            raise DialectConflictError(dialect=point.name, first=known.value, second=point.value)
    return found


@cache
def _points() -> Mapping[str, EntryPoint]:
    return dialects_of(entry_points(group=DIALECT_GROUP))


@cache
def load_dialect(point: EntryPoint) -> Dialect:
    """The dialect an entry point leads to.

    Raises:
        DialectBrokenError: it leads nowhere, or to something else.
    """
    try:
        dialect: object = point.load()
    except (ImportError, AttributeError) as error:
        raise _broken(point, str(error)) from error
    if not isinstance(dialect, Dialect):
        raise _broken(point, "it is no Dialect")
    if dialect.name != point.name:
        raise _broken(point, f"it calls itself {dialect.name}")
    return dialect


def _broken(point: EntryPoint, reason: str) -> DialectBrokenError:
    return DialectBrokenError(dialect=point.name, package=point.value, reason=reason)
