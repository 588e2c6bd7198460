from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.capture import Chunk, Lane
from watchclock_protocol.errors import TranscriptError
from watchclock_protocol.transcript import Transcript, read_transcript

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "wm5000t" / "two_records.transcript"
TEXT = """\
# source: nobody
dialect: wm5000t

TX 55        # block start
RX 55 00 00
  RX 4646
"""


def test_each_line_of_bytes_is_a_chunk_with_its_direction_and_line_number() -> None:
    transcript = read_transcript(TEXT)
    assert transcript.dialect == "wm5000t"
    assert transcript.chunks == (
        Chunk(lane=Lane.TO_WAND, data=b"\x55", utc_ns=0, offset=4),
        Chunk(lane=Lane.FROM_WAND, data=b"\x55\0\0", utc_ns=0, offset=5),
        Chunk(lane=Lane.FROM_WAND, data=b"FF", utc_ns=0, offset=6),
    )


def test_the_dialect_given_by_the_caller_wins() -> None:
    assert read_transcript("TX 7E", dialect="fcard").dialect == "fcard"
    assert read_transcript(TEXT, dialect="fcard").dialect == "fcard"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("TX 55", 1, "no line names the dialect"),
        ("", 1, "no line names the dialect"),
        ("dialect:", 1, "no line names the dialect"),
        ("dialect: a\nTX 55\ndialect: b", 3, "once, before any bytes"),
        ("dialect: a\ndialect: b", 2, "once, before any bytes"),
        ("dialect: a\n\nTX 5", 3, "not hexadecimal"),
        ("dialect: a\nTX 00*19", 2, "not hexadecimal"),
        ("dialect: a\nTX", 2, "no bytes"),
        ("dialect: a\ntx 55", 2, "neither TX nor RX"),
        ("dialect: a\nTX55", 2, "neither TX nor RX"),
    ],
)
def test_a_line_of_another_form_is_named_with_the_reason(
    text: str, line: int, reason: str
) -> None:
    with pytest.raises(TranscriptError, match=reason) as caught:
        read_transcript(text)
    assert caught.value.details["line"] == line


@given(st.lists(st.tuples(st.sampled_from(["TX", "RX"]), st.binary(min_size=1, max_size=40))))
def test_what_is_written_down_is_read_back(lines: list[tuple[str, bytes]]) -> None:
    text = "\n".join(["dialect: x", *(f"{way} {data.hex(' ')}" for way, data in lines)])
    lanes = {"TX": Lane.TO_WAND, "RX": Lane.FROM_WAND}
    assert [(chunk.lane, chunk.data) for chunk in read_transcript(text).chunks] == [
        (lanes[way], data) for way, data in lines
    ]


@given(st.text(max_size=80))
def test_any_text_at_all_is_a_transcript_or_an_error_with_a_line(text: str) -> None:
    found: Transcript | TranscriptError
    try:
        found = read_transcript(text, dialect="x")
    except TranscriptError as error:
        found = error
    lines = len(text.splitlines()) + 1
    if isinstance(found, Transcript):
        assert all(chunk.offset < lines for chunk in found.chunks)
    else:
        assert found.details["line"] in range(1, lines)


def test_the_golden_transcript_has_the_149_bytes_the_wand_sent() -> None:
    chunks = read_transcript(GOLDEN.read_text("utf-8")).chunks
    assert sum(len(chunk.data) for chunk in chunks if chunk.lane is Lane.FROM_WAND) == 149
