"""What an operator states of a file comes back as it was stated, and nothing else is taken."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.capture.canonical import canonical_json
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.files.charsets import decide_charset, utf_16_order
from watchclock_protocol.values import TagTechnology

statements = st.builds(
    FileStatement,
    wand=st.none() | st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}", fullmatch=True),
    charset=st.none() | st.sampled_from(Charset),
    century=st.sampled_from([1900, 2000]),
    technology=st.sampled_from(TagTechnology),
    size_bytes=st.none() | st.integers(min_value=0, max_value=2**40),
    file_sha256=st.just("") | st.just("0" * 64),
)


@given(statement=statements)
def test_a_statement_comes_back_as_it_was_stated(statement: FileStatement) -> None:
    assert FileStatement.parse(statement.encode()) == statement


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("wand", "a b"),
        ("wand", ""),
        ("wand", 7),
        ("century", 2100),
        ("charset", "latin-1"),
        ("technology", "paper"),
        ("size_bytes", "many"),
        ("more", 1),
    ],
)
def test_what_is_no_statement_is_refused(key: str, value: str | int) -> None:
    fields: dict[str, Any] = json.loads(FileStatement(wand="1").encode())
    with pytest.raises(ValueError, match=r"statement|not a valid"):
        FileStatement.parse(canonical_json({**fields, key: value}))


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"", Charset.ASCII),
        (b"plain", Charset.ASCII),
        ("门已锁".encode(), Charset.UTF_8),
        ("\ufeff门".encode(), Charset.UTF_8),
        ("门已锁".encode("gbk"), Charset.GBK),
        (b"\xff\xff", None),
    ],
)
def test_the_character_set_is_decided_from_all_bytes(data: bytes, charset: Charset | None) -> None:
    assert decide_charset(data) is charset


def test_utf_16_is_known_by_its_mark() -> None:
    assert utf_16_order("a".encode("utf-16-le")) is None
    assert utf_16_order(b"\xff\xfea\0") == "little-endian"
    assert utf_16_order(b"\xfe\xff\0a") == "big-endian"
