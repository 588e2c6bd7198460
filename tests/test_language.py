"""Everything the command says, it says in Chinese too."""

import errno
import logging
import os
import re
import string
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import typer
from babel.messages.extract import extract_from_dir

from tests.support.catalog import (
    CATALOG,
    HELP_SENTENCES,
    SYSTEM_REASONS,
    compiled,
    load,
    needed_sentences,
)
from watchclock.command import VERBS
from watchclock.download_report import kind_words
from watchclock.language import next_step_of, sentence_of, translate
from watchclock.record_words import EVENT_WORDS, FLAG_WORDS, KIND_WORDS
from watchclock.sim_log import TranslatedLines
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.dialects.jwm_z.records import KIND_MEANINGS
from watchclock_protocol.errors import DialectUnknownError, NotACaptureError
from watchclock_protocol.files.lines import TextLine
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.pseudo_tags import PSEUDO_TAGS
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_sim.errors import FaultError
from watchclock_sim.line.fault_kinds import parse_fault

HAN = re.compile("[一-鿿]")
HELP_OF_EVERY_VERB = """
from watchclock.command import VERBS, main
assert not any(main([*verb.split(), "--help"]) for verb in ("", *VERBS, "token create"))
"""


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


def test_a_known_reason_is_translated_and_a_name_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh")
    told = sentence_of(NotACaptureError(reason="it is no text"))
    assert told == "这不是 watchclock 的通讯记录文件：不是文本。"
    assert "“Options”" in sentence_of(DialectUnknownError(dialect="“Options”", known="fcard"))


def test_a_reason_with_values_is_translated_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    line = TextLine(number=3, offset=40, raw=b"1,2", size_bytes=5)
    error = line.refusal(
        "its fields between commas are {found} where {due} are due", found=2, due=3
    )
    assert str(error).endswith("cannot be used: its fields between commas are 2 where 3 are due.")
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh")
    told = sentence_of(error)
    assert told == "文件第 3 行（第 40 字节处）无法采用：逗号分隔的字段有 2 个，应为 3 个。"


def test_a_reason_within_a_reason_is_translated_and_its_words_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(FaultError) as refused:
        parse_fault("filp_bit:byte=1")
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh")
    told = sentence_of(refused.value)
    assert told.startswith("无法理解故障 filp_bit:byte=1：种类有 flip_bit, ")
    assert told.endswith("，可能应为 flip_bit。")


def test_a_line_that_the_simulator_tells_is_translated_if_it_knows_its_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh")

    def line(message: object, *values: object) -> str:
        record = logging.LogRecord("sim", logging.INFO, "", 0, message, values, None)
        return TranslatedLines().format(record)

    reason = FilledReason("choose exactly one of {options}", options="--pty, %s")
    assert line(reason) == "请从以下选项中只选一个：--pty, %s"
    assert line("the clock is set to %s", "noon") == "the clock is set to noon"


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (("vs", "--usbip", "0.0.0.0:0"), 0),
        (("vs", "--usbredir", "wand.sock"), 0),
        (("fleet", "--dialects", "vs:2"), 1),
        (("fleet", "--dialects", "vs:2", "--usbip", "0"), 1),
        (("archive", "folder", "--wands", "1", "--nights", "1", "--records", "9"), 1),
    ],
    ids=["USB/IP", "usbredir", "fleet", "fleet on USB/IP", "archive"],
)
def test_what_the_simulator_says_to_a_chinese_reader_is_chinese(
    tmp_path: Path, words: tuple[str, ...], sentences: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "watchclock", "sim", *words],
        env={**os.environ, "WATCHCLOCK_LANGUAGE": "zh", "PYTHONUTF8": "1"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as program:
        assert program.stdout is not None
        first = program.stdout.readline()
        program.terminate()
        _, said = program.communicate(timeout=20)
    assert len(HAN.findall(first)[:1]) == sentences
    assert [line for line in said.splitlines() if not HAN.search(line)] == []


def test_knocks_are_counted_where_a_wand_has_any(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {RecordKind.PATROL: 5, RecordKind.KNOCK: 2}
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "en")
    assert kind_words(kinds) == "5 patrol, 0 system, 2 knock"
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "zh")
    assert kind_words(kinds) == "巡更记录 5 条，系统记录 0 条，撞击记录 2 条"


@pytest.mark.parametrize(
    ("words", "kind"), [(FLAG_WORDS, RecordFlag), (KIND_WORDS, RecordKind)], ids=["flag", "kind"]
)
def test_every_kind_and_doubt_of_a_record_has_a_word(
    words: dict[str, str], kind: type[StrEnum]
) -> None:
    assert set(words) == set(kind)


def test_every_event_of_a_wands_log_has_a_word() -> None:
    layouts = [each for dialect in load_dialects().values() for each in dialect.record_layouts]
    named = {name for each in layouts for names in each.meanings.values() for name in names}
    assert {"power_on", "clock_stopped"} <= named
    named |= {name for names in KIND_MEANINGS.values() for name in names}
    named |= set(PSEUDO_TAGS.values())
    assert named - set(EVENT_WORDS) == set()


def test_the_sentences_of_libraries_are_still_theirs() -> None:
    folder = Path(typer.__file__).parent
    said = {found[2] for found in extract_from_dir(folder, keywords={"_": None})}
    assert said >= HELP_SENTENCES
    assert {os.strerror(each) for each in (errno.ENOENT, errno.EACCES)} <= SYSTEM_REASONS


def test_the_help_of_every_verb_is_chinese_and_no_sentence_is_cut_off() -> None:
    # Chinese has no spaces: without one, a terminal of 80 columns would lose the end of a line.
    environment = {**os.environ, "WATCHCLOCK_LANGUAGE": "zh", "COLUMNS": "80"}
    environment["PYTHONUTF8"] = "1"
    said = subprocess.run(
        [sys.executable, "-c", HELP_OF_EVERY_VERB],
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout
    assert "╭─ 选项 ─" in said
    assert said.count("Usage: watchclock") == len(VERBS) + 1  # and token create
    for metavar in ("KIND:KEY=N,…", "NAME:NUMBER,…", "NAME:SHARE,…"):
        assert metavar in said
        said = said.replace(metavar, "")
    assert [line for line in said.splitlines() if "…" in line] == []


def test_an_empty_sentence_stays_empty() -> None:
    nothing: Any = translate("")
    assert nothing == ""
