"""Any bytes in any cuts: the same records, bounded memory, no exception."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import by_hand_files as by_hand
from tests.support.heard_files import errors_of, hear_file, records_of, said, wands_of
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import LayoutError
from watchclock_protocol.events import BytesSkipped, Event, FrameRejected
from watchclock_protocol.files import FileListener, FileStatement
from watchclock_protocol.files.listener import MOST_REFUSALS

LARGEST_HELD = 6 * 1024

pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"\0", b"\xff", b",", b"\t"]),
    st.sampled_from([line.encode() for line in by_hand.ONE_LINE.values()]),
    st.sampled_from([b"0" * 1025, b"\xce\xc4" * 30]),
)
files = st.lists(pieces, max_size=12).map(b"".join)
cuts = st.lists(st.integers(min_value=0), max_size=6)


def file_listener(name: str) -> FileListener:
    listener = find_dialect(name).listener()
    assert isinstance(listener, FileListener)
    return listener


@pytest.mark.parametrize("name", by_hand.FORMATS)
@given(data=files, cut=cuts)
@example(data=b"\xef\xbb\xbf\n", cut=[1, 2])
@example(data=b"x\r\n", cut=[2])
def test_any_bytes_in_any_cuts_say_the_same(name: str, data: bytes, cut: list[int]) -> None:
    assert said(hear_file(name, data, cuts=cut)) == said(hear_file(name, data))


@pytest.mark.parametrize("name", by_hand.FORMATS)
@given(data=files)
def test_every_line_that_is_not_blank_is_a_record_or_a_refusal(name: str, data: bytes) -> None:
    events = hear_file(name, data)
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    written = sum(1 for line in lines if line.strip(b" \t\r\x1a"))
    assert len(records_of(events)) + len(errors_of(events)) == written


@pytest.mark.parametrize("name", by_hand.FORMATS)
@given(chunks=st.lists(st.tuples(st.booleans(), st.binary(max_size=6000)), max_size=8))
def test_both_directions_of_noise_are_borne_in_bounded_memory(
    name: str, chunks: list[tuple[bool, bytes]]
) -> None:
    listener = file_listener(name)
    for is_sent, data in chunks:
        events: list[Event] = listener.sent(data) if is_sent else listener.received(data)
        assert records_of(events) == []
        assert listener.held_bytes <= LARGEST_HELD


@pytest.mark.parametrize("octet", [0, 0xFF])
def test_megabytes_of_one_byte_are_one_refused_line(octet: int) -> None:
    listener = file_listener("jwm_z")
    data = bytes([octet]) * 2**20
    listener.sent(FileStatement(size_bytes=8 * len(data)).encode())
    events = [event for _ in range(8) for event in listener.received(data)]
    (error,) = errors_of(events)
    assert (error.details["line"], error.details["offset"]) == (1, 0)
    assert listener.held_bytes <= LARGEST_HELD


def test_more_refused_lines_than_anyone_reads_are_counted_as_bytes() -> None:
    data = b"x\n" * (MOST_REFUSALS + 5)
    events = hear_file("k510", data)
    assert len(errors_of(events)) == MOST_REFUSALS
    assert sum(event.count for event in events if isinstance(event, BytesSkipped)) == 10


@given(cut=st.integers(min_value=0, max_value=200))
def test_a_statement_may_arrive_in_two_pieces(cut: int) -> None:
    listener = file_listener("k510")
    stated = FileStatement(wand="9").encode()
    events = [*listener.sent(stated[:cut]), *listener.sent(stated[cut:])]
    assert wands_of(events) == ["9"]


@pytest.mark.parametrize(
    "stated", [b"noise", b"{}", b'{"wand":"1"}', FileStatement(wand="1").encode() + b" "]
)
def test_a_statement_that_is_none_is_told_of_and_the_file_is_read_without_it(
    stated: bytes,
) -> None:
    listener = file_listener("k510")
    events = [*listener.sent(stated), *listener.received(by_hand.text_of(by_hand.k510()))]
    if stated.endswith(b" "):
        assert wands_of(events) == []
    assert [type(event.error) for event in events if isinstance(event, FrameRejected)] == [
        LayoutError
    ]
    assert len(records_of(events)) == 1
