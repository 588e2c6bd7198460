"""Everything the command says, it says in Chinese too."""

import string
from typing import Any

import pytest

from tests.support.catalog import CATALOG, compiled, load, needed_sentences
from watchclock.language import next_step_of, sentence_of, translate
from watchclock_protocol.errors import DialectUnknownError


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_is_translated() -> None:
    catalog = load()
    missing = sorted(
        text for text in needed_sentences() if not (m := catalog.get(text)) or not m.string
    )
    assert missing == []


def test_no_translation_is_left_over() -> None:
    spoken = {str(message.id) for message in load() if message.id}
    assert spoken - needed_sentences() == set()


def test_translations_keep_every_field() -> None:
    changed = [m.id for m in load() if m.id and fields(str(m.id)) != fields(str(m.string))]
    assert changed == []


def test_the_compiled_catalog_is_up_to_date() -> None:
    assert CATALOG.with_suffix(".mo").read_bytes() == compiled(load())


def test_the_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    error = DialectUnknownError(dialect="morse", known="fcard, wm5000t")
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "en")
    english = (sentence_of(error), next_step_of(error))
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh_CN.UTF-8")
    chinese = (sentence_of(error), next_step_of(error))
    assert english == ("No dialect named morse is known here.", "Choose one of: fcard, wm5000t.")
    assert chinese != english
    assert "morse" in chinese[0]
    assert "fcard, wm5000t" in chinese[1]


def test_an_empty_sentence_stays_empty() -> None:
    nothing: Any = translate("")
    assert nothing == ""
