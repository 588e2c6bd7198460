from pathlib import Path

import pytest

from tests.support.captures import capture_of
from watchclock_device.conversation import Unrecorded
from watchclock_device.errors import VerificationError
from watchclock_device.tally import ReadingTally
from watchclock_device.verification import Rehearsal
from watchclock_protocol.capture import Lane
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.messages import Identity
from watchclock_protocol.replay import replay_transcript
from watchclock_protocol.transcript import read_transcript

GOLDEN = Path(__file__).resolve().parents[1] / "golden/wm5000t/two_records.transcript"
TRANSCRIPT = read_transcript(GOLDEN.read_text("utf-8"))
SPOKEN = [(chunk.lane, chunk.data) for chunk in TRANSCRIPT.chunks]
WAND = Identity("wm5000t", "531932")


def live_reading(count: int = 2) -> ReadingTally:
    live = ReadingTally()
    records = [keyed.record for keyed in replay_transcript(TRANSCRIPT).records]
    live.add(records[:count])
    return live


def verify(
    data: bytes, *, wand: Identity = WAND, announced: int = 2, live: ReadingTally | None = None
) -> None:
    rehearsal = Rehearsal(find_dialect("wm5000t"), Unrecorded())
    for lane, chunk in SPOKEN:
        rehearsal.chunk(lane, chunk, 0)
    rehearsal.verify(data, wand=wand, announced=announced, live=live or live_reading())


def reason_against(
    data: bytes, *, wand: Identity = WAND, announced: int = 2, live: ReadingTally | None = None
) -> str:
    with pytest.raises(VerificationError) as refused:
        verify(data, wand=wand, announced=announced, live=live)
    assert refused.value.code == "device.verification"
    assert "not acknowledged" in refused.value.advice
    return str(refused.value.details["reason"])


def test_the_capture_of_what_was_heard_is_accepted() -> None:
    data = capture_of(*SPOKEN)
    verify(data)
    assert reason_against(data + b"\x06") == "it is torn"


def test_any_other_conversation_on_disk_is_refused() -> None:
    lane, data = SPOKEN[-1]
    assert reason_against(capture_of(*SPOKEN[:-1])) == "its chunks are others"
    assert reason_against(capture_of(*SPOKEN, (lane, data))) == "its chunks are others"
    turned = (Lane.TO_WAND if lane is Lane.FROM_WAND else Lane.FROM_WAND, data)
    assert reason_against(capture_of(*SPOKEN[:-1], turned)) == "its chunks are others"


def test_a_changed_byte_on_disk_is_refused() -> None:
    data = bytearray(capture_of(*SPOKEN))
    data[len(data) // 2] ^= 1
    assert "damaged" in reason_against(bytes(data))


def test_another_wand_or_other_records_than_live_are_refused() -> None:
    data = capture_of(*SPOKEN)
    assert "another wand" in reason_against(data, wand=Identity("wm5000t", "531933"))
    assert reason_against(data, announced=3) == "2 of 3 records are in it"
    assert reason_against(data, live=live_reading(1)) == "1 of 2 records arrived"
    doubled = live_reading(1)
    doubled.add([replay_transcript(TRANSCRIPT).records[0].record])
    assert reason_against(data, live=doubled) == "its records have other contents"
