import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_pcapng as by_hand
from tests.support.captures import ABOUT, STARTED_UTC_NS, small_capture
from watchclock_protocol.capture import (
    CaptureWriter,
    Chunk,
    Lane,
    Step,
    StepName,
    StepState,
    capture_name,
    read_capture,
)
from watchclock_protocol.errors import CaptureDamagedError

COMMENT = (
    b'{"address":"serial:/dev/ttyUSB0","dialect":"wm5000t","format":"watchclock capture 1",'
    b'"software":"watchclock 0.1.0","started_utc_ns":1795249800000000000,'
    b'"time_zone":"Asia/Shanghai"}'
)

instants = st.integers(min_value=0, max_value=2**64 - 1)
lanes = st.sampled_from([Lane.FROM_WAND, Lane.TO_WAND])
plain = st.none() | st.booleans() | st.integers() | st.text() | st.floats(-1e9, 1e9)
facts = st.dictionaries(st.text(max_size=8), plain | st.lists(plain, max_size=3), max_size=4)


def test_the_head_is_the_one_written_by_hand() -> None:
    assert CaptureWriter(ABOUT).begin() == by_hand.head(b"watchclock 0.1.0", COMMENT)


@given(lane=lanes, data=st.binary(max_size=300), utc_ns=instants)
def test_a_chunk_is_the_block_written_by_hand(lane: Lane, data: bytes, utc_ns: int) -> None:
    assert CaptureWriter(ABOUT).chunk(lane, data, utc_ns) == by_hand.packet(lane, data, utc_ns)


def test_a_step_is_the_block_written_by_hand_and_seals_what_was_before_it() -> None:
    writer = CaptureWriter(ABOUT)
    before = writer.begin() + writer.chunk(Lane.TO_WAND, b"\xe5", STARTED_UTC_NS)
    step = writer.step(StepName.CLOCK_CHECK, StepState.NOT_OFFERED, STARTED_UTC_NS + 7)
    sentence = b"Step clock check not offered"
    assert step == by_hand.step_packet(
        before, "clock_check", "not_offered", STARTED_UTC_NS + 7, sentence
    )


def test_the_same_calls_give_the_same_bytes() -> None:
    assert small_capture() == small_capture()


@given(spoken=st.lists(st.tuples(lanes, st.binary(max_size=80), instants), max_size=8), told=facts)
def test_what_was_written_is_read_back(
    spoken: list[tuple[Lane, bytes, int]], told: dict[str, object]
) -> None:
    writer = CaptureWriter(ABOUT)
    parts = [writer.begin(), *(writer.chunk(*chunk) for chunk in spoken)]
    parts.append(writer.step(StepName.READ, StepState.FAILED, STARTED_UTC_NS, told))  # type: ignore[arg-type]  # Hypothesis cannot type recursive JSON
    capture = read_capture(b"".join(parts))
    *chunks, step = capture.blocks
    assert [(c.lane, c.data, c.utc_ns) for c in chunks if isinstance(c, Chunk)] == spoken
    assert isinstance(step, Step)
    assert (step.name, step.state, step.facts) == (StepName.READ, StepState.FAILED, told)
    assert capture.about == ABOUT
    assert capture.torn_bytes == 0
    assert not capture.is_closed


def test_a_very_long_fact_is_kept_whole_although_its_sentence_is_cut() -> None:
    writer = CaptureWriter(ABOUT)
    told = {"reason": "长" * 100_000}
    data = writer.begin() + writer.step(StepName.READ, StepState.FAILED, 0, told)
    (step,) = read_capture(data).blocks
    assert isinstance(step, Step)
    assert step.facts == told


def test_a_fact_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        CaptureWriter(ABOUT).step(StepName.READ, StepState.DONE, 0, {"offset_s": float("nan")})


def test_a_closed_capture_is_named_by_its_sha_256() -> None:
    data = b"".join(small_capture())
    assert capture_name(data) == hashlib.sha256(data).hexdigest()
    assert read_capture(data).is_closed
    assert read_capture(memoryview(data)) == read_capture(data)


def test_a_resumed_writer_goes_on_with_the_seal() -> None:
    pieces = small_capture()
    resumed = CaptureWriter.resume(b"".join(pieces[:-1]))
    last = resumed.step(
        StepName.CLOSE, StepState.DONE, STARTED_UTC_NS + 6, {"说明": [1, 2.5, None, True]}
    )
    assert last == pieces[-1]


def test_a_torn_capture_cannot_be_resumed_before_its_tail_is_cut() -> None:
    data = b"".join(small_capture())
    with pytest.raises(CaptureDamagedError, match="its last block is torn"):
        CaptureWriter.resume(data[:-1])
    whole = data[: read_capture(data[:-1]).whole_bytes]
    recovered = whole + CaptureWriter.resume(whole).step(StepName.CLOSE, StepState.DONE, 0)
    assert read_capture(recovered).is_closed
