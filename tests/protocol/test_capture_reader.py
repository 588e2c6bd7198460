"""Files cut, changed or made up: what the reader says of them."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support import by_hand_pcapng as by_hand
from tests.support.captures import small_capture
from watchclock_protocol.capture import (
    HEAD_OCTETS,
    Capture,
    Chunk,
    Lane,
    read_capture,
    read_until_damage,
    require_capture_head,
)
from watchclock_protocol.errors import CaptureDamagedError, CaptureError, NotACaptureError

PIECES = small_capture()
WHOLE = b"".join(PIECES)
HEAD = PIECES[0]
SECTION_LENGTH = struct.unpack_from("<I", HEAD, 4)[0]
LAST_STEP = len(WHOLE) - len(PIECES[-1])


def changed(data: bytes, position: int, value: int) -> bytes:
    return data[:position] + bytes((value,)) + data[position + 1 :]


def outcome(data: bytes) -> Capture | CaptureError:
    try:
        return read_capture(data)
    except CaptureError as error:
        return error


def partly(data: bytes) -> tuple[Capture, CaptureDamagedError | None] | CaptureError:
    try:
        return read_until_damage(data)
    except CaptureError as error:
        return error


def boundaries() -> list[int]:
    ends = [len(HEAD)]
    for piece in PIECES[1:]:
        ends.append(ends[-1] + len(piece))
    return ends


def whole_prefix(data: bytes) -> int:
    """How long the beginning is that consists of whole, unchanged blocks."""
    return max(end for end in boundaries() if data[:end] == WHOLE[:end])


def require_a_prefix(data: bytes) -> None:
    capture = read_capture(data)
    assert capture.whole_bytes == whole_prefix(data)
    assert capture.torn_bytes == len(data) - capture.whole_bytes
    assert capture.blocks == read_capture(WHOLE).blocks[: len(capture.blocks)]
    assert boundaries()[len(capture.blocks)] == capture.whole_bytes
    assert capture.is_closed == (data == WHOLE)


def test_an_end_torn_off_at_any_byte_leaves_every_whole_block() -> None:
    for cut in range(len(HEAD), len(WHOLE) + 1):
        require_a_prefix(WHOLE[:cut])
    assert boundaries()[-1] == len(WHOLE)


@pytest.mark.parametrize("zeros", [4, 8, 4096])
def test_zeros_that_a_power_cut_left_behind_the_end_are_torn_too(zeros: int) -> None:
    for cut in range(len(HEAD), len(WHOLE) + 1, 4):
        data = WHOLE[:cut] + bytes(zeros)
        capture = read_capture(data)
        assert capture.whole_bytes == whole_prefix(data)
        assert not capture.is_closed


def test_a_file_that_ends_inside_its_head_holds_no_conversation() -> None:
    for cut in range(len(HEAD)):
        with pytest.raises(NotACaptureError):
            read_capture(HEAD[:cut])
    assert read_capture(HEAD).blocks == ()


def test_a_changed_byte_before_the_last_step_is_found_wherever_it_is() -> None:
    for position in range(SECTION_LENGTH, LAST_STEP):
        for bit in (0, 3, 7):
            damaged = changed(WHOLE, position, WHOLE[position] ^ 1 << bit)
            with pytest.raises(CaptureDamagedError) as caught:
                read_capture(damaged)
            offset = caught.value.details["offset"]
            assert isinstance(offset, int)
            assert offset % 4 == 0
            assert offset < len(WHOLE)


@given(position=st.integers(0, LAST_STEP - 1), value=st.integers(0, 255))
def test_no_value_of_a_changed_byte_before_the_last_step_passes(position: int, value: int) -> None:
    is_error = isinstance(outcome(changed(WHOLE, position, value)), CaptureError)
    assert is_error == (value != WHOLE[position])


def test_a_changed_byte_in_the_section_header_is_found_or_makes_the_file_foreign() -> None:
    for position in range(SECTION_LENGTH):
        with pytest.raises((CaptureDamagedError, NotACaptureError)):
            read_capture(changed(WHOLE, position, WHOLE[position] ^ 0x10))
    assert read_capture(WHOLE).is_closed


def test_a_changed_byte_in_the_last_step_never_alters_what_it_says() -> None:
    said = read_capture(WHOLE).blocks
    for position in range(LAST_STEP, len(WHOLE)):
        found = outcome(changed(WHOLE, position, WHOLE[position] ^ 0x10))
        if isinstance(found, Capture):
            assert found.blocks in (said, said[:-1])
            assert found.is_closed == (found.blocks == said)
    assert said[-1].offset == LAST_STEP


def test_a_changed_chunk_behind_the_last_step_fails_its_check_sum() -> None:
    opened = b"".join(PIECES[:4])
    data_at = opened.rindex(b"FFFFZJWZWS")
    with pytest.raises(CaptureDamagedError, match="check sum"):
        read_capture(changed(opened, data_at, 0x47))


@given(st.binary(max_size=400))
@example(b"")
@example(HEAD[:28])
def test_any_bytes_at_all_are_a_capture_or_an_error(data: bytes) -> None:
    assert isinstance(outcome(data), Capture | CaptureError)


@settings(max_examples=300)
@given(
    data=st.data(),
    edits=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4),
)
def test_any_edit_of_a_good_capture_is_a_capture_or_an_error(
    data: st.DataObject, edits: list[tuple[int, int]]
) -> None:
    edited = WHOLE
    for position, value in edits:
        edited = changed(edited, position, value)
    edited = edited[: data.draw(st.integers(0, len(WHOLE)))]
    found = outcome(edited)
    if isinstance(found, Capture):
        assert found.whole_bytes + found.torn_bytes == len(edited)
    else:
        assert edited != WHOLE[: len(edited)] or len(edited) < len(HEAD)


@given(st.binary(max_size=200))
def test_any_bytes_behind_a_good_head_are_blocks_a_torn_end_or_damage(tail: bytes) -> None:
    told: object
    found = outcome(HEAD + tail)
    if isinstance(found, Capture):
        told = found.whole_bytes + found.torn_bytes
    else:
        told = found.details["offset"]
    assert told in range(len(HEAD), len(HEAD) + len(tail) + 1)


def test_what_stands_before_damage_is_given_with_the_damage() -> None:
    opened = PIECES[:3] + [PIECES[2]] * 3
    data = bytearray(b"".join(opened))
    hit = len(b"".join(opened[:4])) + 28
    data[hit] ^= 1
    capture, damage = read_until_damage(bytes(data))
    assert damage is not None
    assert damage.details["offset"] == len(b"".join(opened[:4]))
    assert capture.whole_bytes == damage.details["offset"]
    assert capture.whole_bytes + capture.torn_bytes == len(data)
    assert capture.blocks == read_capture(b"".join(opened[:4])).blocks
    assert not capture.is_closed


@given(position=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255))
def test_what_is_given_before_damage_is_what_was_written(position: int, value: int) -> None:
    data = changed(WHOLE, position, value)
    found = partly(data)
    if isinstance(found, CaptureError):
        assert isinstance(outcome(data), type(found))
    else:
        capture, damage = found
        said = read_capture(WHOLE).blocks
        assert damage is None or capture.blocks == said[: len(capture.blocks)]
        assert (damage is None) == isinstance(outcome(data), Capture)


def test_damage_in_the_head_leaves_nothing() -> None:
    with pytest.raises(CaptureDamagedError):
        read_until_damage(changed(WHOLE, SECTION_LENGTH + 8, 1))


def test_a_file_of_another_kind_is_told_by_its_first_bytes() -> None:
    require_capture_head(WHOLE[:HEAD_OCTETS])
    for foreign in (bytes(HEAD_OCTETS), b"\xff" * HEAD_OCTETS, WHOLE[: HEAD_OCTETS - 1]):
        with pytest.raises(NotACaptureError):
            require_capture_head(foreign)


def test_zeros_behind_a_capture_are_torn_however_many() -> None:
    capture = read_capture(WHOLE + bytes(1 << 20))
    assert (capture.whole_bytes, capture.torn_bytes) == (len(WHOLE), 1 << 20)


@given(data=st.binary(max_size=9), lane=st.sampled_from([0, 1]), utc_ns=st.integers(0, 2**64 - 1))
def test_a_chunk_written_in_another_order_says_the_same(
    data: bytes, lane: int, utc_ns: int
) -> None:
    usual = by_hand.packet(lane, data, utc_ns)
    flags, hashed = usual[-28:-20], usual[-20:-8]
    other = usual[:-28] + hashed + flags + usual[-8:]
    assert other != usual
    assert read_capture(HEAD + other).blocks == read_capture(HEAD + usual).blocks
    (chunk,) = read_capture(HEAD + usual).blocks
    assert chunk == Chunk(lane=Lane(lane), data=data, utc_ns=utc_ns, offset=len(HEAD))
