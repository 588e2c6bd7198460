"""The public identities of tags in ``tests/golden/tags``, row by row."""

import json
from pathlib import Path
from typing import Any, cast

from watchclock_protocol.tags.errors import TagAmbiguousError
from watchclock_protocol.tags.notations import read_tag
from watchclock_protocol.values import TagId

__all__ = ["candidates", "name_of", "rows"]

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "tags"


def rows(file: str, table: str = "vectors") -> list[dict[str, Any]]:
    """The rows of one list of one file."""
    whole: dict[str, Any] = json.loads((FOLDER / f"{file}.json").read_text("utf-8"))
    return cast("list[dict[str, Any]]", whole[table])


def name_of(row: dict[str, Any]) -> str:
    """How a row is called in a test's report."""
    return str(row.get("id") or row.get("printed"))


def candidates(text: str) -> dict[str, TagId]:
    """Everything a text can mean when no notation is named, by notation."""
    try:
        reading = read_tag(text)
    except TagAmbiguousError as error:
        return {each.notation: each.tag for each in error.readings}
    return {reading.notation: reading.tag}
