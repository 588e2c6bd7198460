"""Reads one TOML table key by key, so that a wrong value is reported with its full path."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, TypeVar, cast

from watchclock_sim.errors import ScenarioError

__all__ = ["TomlTable"]

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")
LARGEST: Final = 2**63 - 1


class TomlTable:
    """One table of a scenario file. Whatever is not read is an unknown key at ``finish``."""

    def __init__(self, values: Mapping[str, object], file: str, path: str = "") -> None:
        self._values = dict(values)
        self._file = file
        self._path = path
        self._read: set[str] = set()

    def wrong(self, key: str, reason: str) -> ScenarioError:
        """The error that names this key by its full path."""
        full = f"{self._path}.{key}" if self._path else key
        return ScenarioError(file=self._file, key=full, reason=reason)

    def has(self, key: str) -> bool:
        """Whether the key is present."""
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty.

        Raises:
            ScenarioError: missing without a default, or not such a text.
        """
        value = self._typed(key, str, "a text", default)
        if not value and default is None:
            raise self.wrong(key, "it is empty")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false.

        Raises:
            ScenarioError: another type.
        """
        return self._typed(key, bool, "true or false", default)

    def integer(
        self, key: str, default: int | None = None, *, low: int = 0, high: int = LARGEST
    ) -> int:
        """A whole number from ``low`` to ``high``, both included.

        Raises:
            ScenarioError: missing without a default, another type or out of range.
        """
        value = self._typed(key, int, "a whole number", default)
        if not low <= value <= high:
            raise self.wrong(key, f"{value} is not between {low} and {high}")
        return value

    def day(self, key: str) -> date:
        """A calendar date without time.

        Raises:
            ScenarioError: missing or another type.
        """
        value = self._typed(key, date, "a date like 2026-11-20", None)
        if isinstance(value, datetime):
            raise self.wrong(key, "it has a time of day")
        return value

    def moment(self, key: str) -> time:
        """A civil time of day.

        Raises:
            ScenarioError: missing or another type.
        """
        return self._typed(key, time, "a time like 22:00:00", None)

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
            allowed = ", ".join(kind)
            raise self.wrong(key, f"{value!r} is not one of {allowed}") from error

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when the key is absent.

        Raises:
            ScenarioError: not a list, or something else in it.
        """
        values = self._list(key) if self.has(key) else []
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "it is not a list of texts")
        return tuple(str(value) for value in values)

    def table(self, key: str) -> "TomlTable":
        """A table below this one, empty when the key is absent.

        Raises:
            ScenarioError: not a table.
        """
        self._read.add(key)
        return self._below(key, self._values.get(key, {}))

    def tables(self, key: str) -> list["TomlTable"]:
        """The tables of an array, at least one.

        Raises:
            ScenarioError: missing, empty or not an array of tables.
        """
        values = self._list(key)
        if not values:
            raise self.wrong(key, "it is empty")
        return [self._below(f"{key}[{index}]", value) for index, value in enumerate(values)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def finish(self) -> None:
        """Make sure that everything in the table was understood.

        Raises:
            ScenarioError: a key that nobody read, most likely misspelt.
        """
        for key in self._values:
            if key not in self._read:
                raise self.wrong(key, "no such key exists")

    def _below(self, key: str, value: object) -> "TomlTable":
        if not isinstance(value, dict):
            raise self.wrong(key, "it is not a table")
        path = f"{self._path}.{key}" if self._path else key
        return TomlTable(cast("dict[str, object]", value), self._file, path)

    def _list(self, key: str) -> list[object]:
        return cast("list[object]", self._typed(key, list, "a list", None))

    def _typed(self, key: str, kind: type[Value], words: str, default: Value | None) -> Value:
        self._read.add(key)
        if key not in self._values:
            if default is None:
                raise self.wrong(key, "it is missing")
            return default
        value = self._values[key]
        is_boolean = isinstance(value, bool)
        if not isinstance(value, kind) or (is_boolean and kind is not bool):
            raise self.wrong(key, f"it is not {words}")
        return value
