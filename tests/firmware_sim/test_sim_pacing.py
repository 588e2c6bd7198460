"""Bytes leave on time by a clock that the tests move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.line.pacing import PacedLine

BAUD = 115_200
BYTES_A_SECOND = BAUD / 10


def test_no_byte_arrives_before_its_last_bit() -> None:
    line = PacedLine(9600)
    line.put(b"abc", 10.0)
    assert line.arrived(10.0 + 0.99 * 10 / 9600) == b""
    assert line.arrived(10.0 + 1.01 * 10 / 9600) == b"a"
    assert line.arrived(10.0 + 3.01 * 10 / 9600) == b"bc"
    assert line.next_arrival() is None


@given(st.lists(st.floats(0.0001, 0.02), min_size=200, max_size=200))
def test_late_wake_ups_do_not_add_up(delays: list[float]) -> None:
    line, now, arrived = PacedLine(BAUD), 0.0, 0
    for delay in delays:
        while line.is_low:
            line.put(bytes(100), now)
        now = (line.next_arrival() or 0.0) + delay
        arrived += len(line.arrived(now))
    assert arrived == pytest.approx(now * BYTES_A_SECOND, abs=1.001)


def test_bytes_put_behind_others_wait_for_them_and_a_pause_is_not_made_good() -> None:
    line = PacedLine(BAUD)
    line.put(bytes(100), 0.0)
    line.put(bytes(100), 0.001)
    assert len(line.arrived(1.0)) == 200
    line.put(bytes(100), 1.0)
    assert len(line.arrived(1.0 + 50.5 / BYTES_A_SECOND)) == 50


def test_bytes_put_early_behind_a_line_just_emptied_do_not_overtake_it() -> None:
    line = PacedLine(BAUD)
    line.put(bytes(10), 0.0)
    assert len(line.arrived(10 / BYTES_A_SECOND)) == 10
    line.put(bytes(10), 5 / BYTES_A_SECOND)
    assert line.arrived(15 / BYTES_A_SECOND) == bytes(5)


def test_without_a_speed_everything_arrives_at_once() -> None:
    line = PacedLine(0)
    line.put(bytes(5000), 3.0)
    assert line.next_arrival() == 3.0
    assert len(line.arrived(3.0)) == 5000


def test_what_is_on_a_line_when_the_cable_comes_out_is_lost() -> None:
    line = PacedLine(BAUD)
    line.put(bytes(100), 0.0)
    line.cut()
    assert (len(line), line.arrived(1.0)) == (0, b"")
