"""docs/tags.md tells the truth: its notations, examples, names and codes are the code's."""

import re
from pathlib import Path

from watchclock_protocol.tags import errors
from watchclock_protocol.tags.notations import ALIASES, EXAMPLE_TAGS, NOTATIONS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tags.md").read_text("utf-8")


def test_the_table_of_notations_is_the_codes() -> None:
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| `([^`]+)` \| (yes|name it) \|", PAGE, re.MULTILINE)
    assert rows == [
        (
            name,
            notation.write(EXAMPLE_TAGS[notation.technology]),
            "yes" if notation.guessed else "name it",
        )
        for name, notation in NOTATIONS.items()
    ]


def test_the_examples_are_named() -> None:
    assert [str(tag) for tag in EXAMPLE_TAGS.values() if f"`{tag}`" not in PAGE] == []


def test_the_table_of_names_is_the_codes() -> None:
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| `([a-z0-9_]+)` \|$", PAGE, re.MULTILINE)
    assert dict(rows) == ALIASES


def test_every_code_on_the_page_exists() -> None:
    codes = {getattr(errors, name).code for name in errors.__all__}
    named = set(re.findall(r"`(tag\.[a-z_]+)`", PAGE))
    assert len(named) > 10
    assert named <= codes
