"""Reads one TOML table key by key, so that a wrong value is reported with its line and path."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from math import isfinite
from typing import Final, TypeVar, cast

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import ScenarioError
from watchclock_sim.near_words import nearest, perhaps, suggestion
from watchclock_sim.toml_lines import KeyPath, line_of, written_path

__all__ = ["TomlFile", "TomlTable"]

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What messages need of a file: its name, and its text to find lines in."""

    name: str
    text: str


class TomlTable:
    """One table of a scenario file. Whatever is not read is an unknown key at ``finish``.

    Args:
        values: of the table.
        file: that the table stands in.
        path: of the table in the file.
    """

    def __init__(self, values: Mapping[str, object], file: TomlFile, path: KeyPath = ()) -> None:
        self._values = dict(values)
        self._file = file
        self._path = path
        self._known: set[str] = set()

    def wrong(self, key: str | KeyPath, reason: object) -> ScenarioError:
        """The error that names this key by its line and its full path.

        Args:
            key: of this table, or the path of one further below.
            reason: what is wrong, to stand behind a colon.
        """
        path = (*self._path, *((key,) if isinstance(key, str) else key))
        line = line_of(self._file.text, path)
        return ScenarioError(
            file=self._file.name, line=line, key=written_path(path), reason=reason
        )

    def has(self, key: str) -> bool:
        """Whether the key is present."""
        self._known.add(key)
        return key in self._values

    def expect(self, keys: Iterable[str]) -> None:
        """Take these keys for known already, so that none is taken for another misspelt."""
        self._known.update(keys)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty.

        Raises:
            ScenarioError: missing without a default, or not such a text.
        """
        value = self._typed(key, str, default, reason="it is not a text")
        if not value and default is None:
            raise self.wrong(key, "it is empty")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false.

        Raises:
            ScenarioError: another type.
        """
        return self._typed(key, bool, default, reason="it is not true or false")

    def integer(
        self, key: str, default: int | None = None, *, low: int = 0, high: int = LARGEST
    ) -> int:
        """A whole number from ``low`` to ``high``, both included.

        Raises:
            ScenarioError: missing without a default, another type or out of range.
        """
        value = self._typed(key, int, default, reason="it is not a whole number")
        if not low <= value <= high:
            raise self.wrong(key, _outside(value, low, high))
        return value

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number with or without a fraction, from ``low`` to ``high``.

        Raises:
            ScenarioError: another type or out of range.
        """
        value = self._number(key, self._values[key]) if self.has(key) else default
        if not low <= value <= high:
            raise self.wrong(key, _outside(f"{value:g}", f"{low:g}", f"{high:g}"))
        return value

    def pair(self, key: str) -> tuple[float, float] | None:
        """Two numbers in a list, or None when the key is absent.

        Raises:
            ScenarioError: not such a list.
        """
        if not self.has(key):
            return None
        match self._list(key):
            case [first, second]:
                return self._number(key, first), self._number(key, second)
            case _:
                raise self.wrong(key, "it is not a list of two numbers")

    def day(self, key: str, *, first: date = date.min, last: date = date.max) -> date:
        """A calendar date without time, from ``first`` to ``last``.

        Raises:
            ScenarioError: missing, another type or out of range.
        """
        value = self._typed(key, date, None, reason="it is not a date like 2026-11-20")
        if isinstance(value, datetime):
            raise self.wrong(key, "it has a time of day")
        if not first <= value <= last:
            raise self.wrong(key, _outside(value, first, last))
        return value

    def moment(self, key: str) -> time:
        """A civil time of day, in whole seconds.

        Raises:
            ScenarioError: missing, another type or with a fraction of a second.
        """
        value = self._typed(key, time, None, reason="it is not a time like 22:00:00")
        if value.microsecond:
            raise self.wrong(key, "it has a fraction of a second")
        return value

    def optional_moment(self, key: str) -> time | None:
        """A civil time of day, or None when the key is absent.

        Raises:
            ScenarioError: another type.
        """
        return self.moment(key) if self.has(key) else None

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        """One of the texts an enumeration allows.

        Raises:
            ScenarioError: missing or not one of them.
        """
        value = self.text(key)
        try:
            return kind(value)
        except ValueError as error:
            reason = FilledReason(
                "{value!r} is not one of {known}{perhaps}",
                value=value,
                known=", ".join(kind),
                perhaps=suggestion(value, kind),
            )
            raise self.wrong(key, reason) from error

    def optional_text(self, key: str) -> str | None:
        """A text that is not empty, or None when the key is absent.

        Raises:
            ScenarioError: not such a text.
        """
        return self.text(key) if self.has(key) else None

    def texts_and_tables(self, key: str) -> list["str | TomlTable"]:
        """A list whose elements are texts or tables, empty when the key is absent.

        Raises:
            ScenarioError: not a list, or something else in it.
        """
        values = self._list(key) if self.has(key) else []
        for index, value in enumerate(values):
            if not isinstance(value, str | dict):
                raise self.wrong((key, index), "it is neither a text nor a table")
        return [
            value if isinstance(value, str) else self._below((key, index), value)
            for index, value in enumerate(values)
        ]

    def table(self, key: str) -> "TomlTable":
        """A table below this one, empty when the key is absent.

        Raises:
            ScenarioError: not a table.
        """
        self._known.add(key)
        return self._below((key,), self._values.get(key, {}))

    def needed_table(self, key: str) -> "TomlTable":
        """A table below this one that has to be there.

        Raises:
            ScenarioError: missing or not a table.
        """
        if not self.has(key):
            raise self._missing(key)
        return self.table(key)

    def any_tables(self, key: str) -> list["TomlTable"]:
        """The tables of an array, none when the key is absent.

        Raises:
            ScenarioError: not an array of tables.
        """
        values = self._list(key) if self.has(key) else []
        return [self._below((key, index), value) for index, value in enumerate(values)]

    def tables(self, key: str) -> list["TomlTable"]:
        """The tables of an array, at least one.

        Raises:
            ScenarioError: missing, empty or not an array of tables.
        """
        values = self._list(key)
        if not values:
            raise self.wrong(key, "it is empty")
        return [self._below((key, index), value) for index, value in enumerate(values)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def finish(self) -> None:
        """Make sure that everything in the table was understood.

        Raises:
            ScenarioError: a key that nobody read, most likely misspelt.
        """
        for key in self._values:
            if key not in self._known:
                raise self.wrong(key, _unknown(suggestion(key, self._known)))

    def _below(self, key: KeyPath, value: object) -> "TomlTable":
        if not isinstance(value, dict):
            raise self.wrong(key, "it is not a table")
        return TomlTable(cast("dict[str, object]", value), self._file, (*self._path, *key))

    def _number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.wrong(key, "it is not a number")
        return float(value)

    def _list(self, key: str) -> list[object]:
        return cast("list[object]", self._typed(key, list, None, reason="it is not a list"))

    def _typed(self, key: str, kind: type[Value], default: Value | None, *, reason: str) -> Value:
        if not self.has(key):
            if default is None:
                raise self._missing(key)
            return default
        value = self._values[key]
        is_boolean = isinstance(value, bool)
        if not isinstance(value, kind) or (is_boolean and kind is not bool):
            raise self.wrong(key, reason)
        return value

    def _missing(self, key: str) -> ScenarioError:
        """The key is not there; one nobody knows that looks like it was probably meant for it."""
        written = nearest(key, self._values.keys() - self._known)
        if written is None:
            return self.wrong(key, "it is missing")
        return self.wrong(written, _unknown(perhaps(key)))


def _outside(value: object, low: object, high: object) -> FilledReason:
    return FilledReason("{value} is not between {low} and {high}", value=value, low=low, high=high)


def _unknown(meant: str) -> FilledReason:
    return FilledReason("no such key exists{perhaps}", perhaps=meant)
