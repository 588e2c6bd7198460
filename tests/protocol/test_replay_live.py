"""A live download and its capture say the same, whatever the line did to the bytes."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import by_hand_wm5000t, wm5000t_line
from tests.support.captures import capture_of
from tests.support.fcard_line import Line, host_session, numbered_wand
from tests.support.session_line import received
from watchclock_protocol.capture import Lane, read_capture
from watchclock_protocol.events import Failed
from watchclock_protocol.replay import DecodedDownload, replay
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

NOW = datetime(2026, 11, 21, 8, 30)  # noqa: DTZ001  # wand time has no zone
READING: tuple[HostCommand, ...] = (Identify(), ReadCounters(), ReadRecords())
LANES = {"TX": Lane.TO_WAND, "RX": Lane.FROM_WAND}


def is_bearable(lost: set[int]) -> bool:
    """Whether no request loses three replies in a row, after which the host gives up."""
    return not any({number, number + 1, number + 2} <= lost for number in lost)


def captured_wm5000t(line: wm5000t_line.Line) -> DecodedDownload:
    spoken = [(LANES[way], data) for way, data in line.spoken]
    return replay(read_capture(capture_of(*spoken, dialect="wm5000t")))


@settings(max_examples=60, deadline=None)
@given(
    touched=st.lists(st.integers(0, 4), max_size=8),
    at=st.integers(0, 400),
    replaced=st.binary(max_size=1),
    chunk_length=st.integers(1, 64),
)
def test_a_wm5000t_wiped_over_a_noisy_line_has_every_record_in_its_capture(
    touched: list[int], at: int, replaced: bytes, chunk_length: int
) -> None:
    stored = [by_hand_wm5000t.record(26, 11, 21, serial) for serial in touched]
    line = wm5000t_line.Line(
        by_hand_wm5000t.HandMadeWand(list(stored)),
        fault=lambda index, byte: replaced if index == at else bytes([byte]),
        chunk_length=chunk_length,
    )
    ends = [line.ask(command) for command in (*READING, Acknowledge(NOW))]
    download = captured_wm5000t(line)
    assert line.wand.wipes >= (download.acknowledged_utc_ns is not None)
    assert line.wand.wipes or isinstance(ends[-1], Failed)
    if line.wand.wipes:
        assert [keyed.record.raw for keyed in download.records] == stored
        assert download.is_complete
        assert download.disagreements == ()


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(0, 40),
    lost=st.sets(st.integers(0, 30), max_size=4).filter(is_bearable),
    doubled=st.sets(st.integers(0, 30), max_size=4),
)
def test_an_fcard_wand_acknowledged_over_a_lossy_line_has_every_record_in_its_capture(
    count: int, lost: set[int], doubled: set[int]
) -> None:
    line = Line(host_session(), numbered_wand(count))
    spoken: list[tuple[Lane, bytes]] = []

    def to_wand(frame: bytes) -> list[bytes]:
        spoken.append((Lane.TO_WAND, frame))
        return [frame]

    def to_host(frame: bytes) -> list[bytes]:
        number = sum(lane is Lane.FROM_WAND for lane, _ in spoken)
        arrived = [] if number in lost else [frame] * (1 + (number in doubled))
        spoken.extend((Lane.FROM_WAND, each) for each in arrived or [b""])
        return arrived

    line.to_wand, line.to_host = to_wand, to_host
    events = [event for command in READING for event in line.run(command)]
    events += line.run(CheckClock()) + line.run(Acknowledge(NOW)) + line.run(SetClock(NOW))
    download = replay(read_capture(capture_of(*spoken, dialect="fcard")))
    kept = {(keyed.record.kind, keyed.record.slot, keyed.record.raw) for keyed in download.records}
    assert kept == {(record.kind, record.slot, record.raw) for record in received(events)}
    assert len(download.records) == count + 3
    assert download.is_complete
    assert download.acknowledged_utc_ns is not None
    assert [setting.civil for setting in download.clock_settings][-1] == NOW
