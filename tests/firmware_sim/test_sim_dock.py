"""The wand on its line, by a clock the tests move: speed, faults of the cable, late answers."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.sim_wands import DOCKED_AT, setup_of
from tests.support.virtual_port import VirtualClock, VirtualPort
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.wm5000t import Wm5000tWand

RECORDING = json.loads(
    (Path(__file__).parents[1] / "golden/fcard/host_recording.json").read_text("utf-8")
)
READ_NUMBER = bytes.fromhex(RECORDING["exchanges"][0]["host"])
NUMBER = bytes.fromhex(RECORDING["exchanges"][0]["wand"][0])
READ_137 = bytes.fromhex("7E 07 0000 04 06 09 01 00000001 00000089 A5 7E")
BYTE_S = 10 / 115_200


def fcard_wand(records: int = 0) -> FcardWand:
    wand = FcardWand(setup_of("7", capacity=1000))
    tag = TagId(TagTechnology.RFID, bytes.fromhex("12AB34"))
    for index in range(records):
        wand.touch(tag, DOCKED_AT + timedelta(seconds=index), is_guard_tag=False)
    return wand


class Bench:
    """A wand in its dock, run until it has nothing more to do."""

    def __init__(
        self,
        wand: Firmware,
        *faults: str,
        baud: int = 0,
        lateness_s: float = 0.0,
        line: SerialLine | None = None,
    ) -> None:
        self.clock = VirtualClock(lateness_s)
        self.port = VirtualPort(line)
        happens = LineFaults((parse_fault(fault) for fault in faults), seed=0)
        self.dock = Dock(wand, self.port, faults=happens, baud=baud, clock=self.clock)

    def ask(self, data: bytes) -> bytes:
        """What came back, once the wand only waits for the host."""
        self.port.from_wand.clear()
        self.port.to_wand += data
        for _ in range(10_000):
            self.dock.turn()
            due = self.dock.idle_s(self.clock.now)
            if due is None:
                return bytes(self.port.from_wand)
            self.clock.wait(due)
        raise AssertionError("the wand never comes to rest")


def test_a_flood_of_small_requests_is_answered_in_many_turns_which_other_wands_share() -> None:
    bench = Bench(fcard_wand())
    requests = 400
    bench.port.to_wand += READ_NUMBER * requests
    answered: list[int] = []
    while bench.dock.idle_s(bench.clock.now) is not None or not answered:
        bench.dock.turn()
        answered.append(bench.port.from_wand.count(NUMBER))
    steps = [after - before for before, after in pairwise([0, *answered])]
    assert answered[-1] == requests
    assert max(steps) <= requests // 10


def test_an_unpaced_wand_answers_without_time_passing() -> None:
    bench = Bench(fcard_wand())
    assert bench.ask(READ_NUMBER) == NUMBER
    assert bench.clock.now == 0.0


@pytest.mark.parametrize("lateness_s", [0.0, 0.0005, 0.003])
def test_a_long_answer_takes_the_time_of_its_bytes_however_late_the_wake_ups(
    lateness_s: float,
) -> None:
    bench = Bench(fcard_wand(137), baud=115_200, lateness_s=lateness_s)
    answer = bench.ask(READ_137)
    line_s = (len(READ_137) + len(answer)) * BYTE_S
    assert len(answer) > 137 * 16
    assert line_s <= bench.clock.now <= line_s + 2 * lateness_s + BYTE_S
    assert max(bench.port.chunks) <= (0.004 + lateness_s) / BYTE_S + 1


def test_the_wand_hears_a_request_only_when_its_bytes_are_through() -> None:
    bench = Bench(fcard_wand(), baud=9600)
    bench.ask(READ_NUMBER)
    assert bench.clock.now == pytest.approx((len(READ_NUMBER) + len(NUMBER)) * 10 / 9600)


@pytest.mark.parametrize("byte", range(1, len(NUMBER) + 1))
@pytest.mark.parametrize("baud", [0, 115_200])
def test_the_cable_comes_out_exactly_after_the_byte_named(byte: int, baud: int) -> None:
    bench = Bench(fcard_wand(), f"unplug:byte={byte}", baud=baud)
    assert bench.ask(READ_NUMBER) == NUMBER[:byte]
    assert not bench.port.is_plugged


def test_a_cable_put_back_works_again_and_the_wand_has_lost_nothing() -> None:
    wand = fcard_wand(137)
    bench = Bench(wand, "unplug:byte=500,for_ms=2000", baud=115_200)
    broken = bench.ask(READ_137)
    assert len(broken) == 500
    assert bench.port.is_plugged
    assert bench.clock.now >= 2.0
    assert bench.ask(READ_137) == Bench(fcard_wand(137)).ask(READ_137)


def test_a_slow_wand_answers_late_and_in_order() -> None:
    bench = Bench(fcard_wand(137), "slow:delay_ms=40")
    assert bench.ask(READ_137) == Bench(fcard_wand(137)).ask(READ_137)
    assert bench.clock.now == pytest.approx(0.04 * 21)


def test_a_lost_frame_leaves_the_rest_of_a_stream_whole() -> None:
    whole = Bench(fcard_wand(137)).ask(READ_137)
    second = whole.index(b"\x7e\x7e") + 1
    third = whole.index(b"\x7e\x7e", second) + 1
    lost = Bench(fcard_wand(137), "lose_frame:frame=2").ask(READ_137)
    assert lost == whole[:second] + whole[third:]


def test_a_contact_wand_falls_back_after_its_silence() -> None:
    bench = Bench(Wm5000tWand(setup_of("531932")))
    answer = bench.ask(b"\x55\xe5")
    assert answer.startswith(b"\x55" + bytes(19))
    assert answer.endswith(b"FFFFZJWZWS")
    assert len(answer) == 30 + 1 + 30
    assert bench.clock.now == pytest.approx(0.1)


def test_a_stalled_line_stands_still_in_the_middle_of_a_frame_and_loses_nothing() -> None:
    sound, stalled = Bench(fcard_wand(137)), Bench(fcard_wand(137), "stall:byte=700,for_ms=3000")
    assert stalled.ask(READ_137) == sound.ask(READ_137)
    assert stalled.clock.now == pytest.approx(3.0)


def levels(line: SerialLine) -> tuple[bool, bool, bool, bool]:
    return line.cts, line.dsr, line.dcd, line.ri


@pytest.mark.parametrize(
    ("fault", "meanwhile"),
    [
        ("lines_fall:byte=700,for_ms=250", (False, False, False, False)),
        ("lines_fall:byte=700,for_ms=250,cts=0", (True, False, False, False)),
        ("lines_fall:byte=700,for_ms=250,dsr=0,dcd=0", (False, True, True, False)),
        ("ring:byte=700,for_ms=250", (True, True, True, True)),
    ],
)
def test_lines_change_at_the_byte_and_come_back_in_time_and_no_byte_is_lost_or_late(
    fault: str, meanwhile: tuple[bool, bool, bool, bool]
) -> None:
    line = SerialLine()
    bench = Bench(fcard_wand(137), fault, line=line)
    bench.port.room = 699
    bench.port.to_wand += READ_137
    bench.dock.turn()
    assert levels(line) == (True, True, True, False)
    bench.port.room = 1 << 62
    bench.dock.turn()
    assert levels(line) == meanwhile
    assert bytes(bench.port.from_wand) == Bench(fcard_wand(137)).ask(READ_137)
    assert bench.dock.idle_s(bench.clock.now) == pytest.approx(0.25)
    bench.clock.wait(0.25)
    bench.dock.turn()
    assert levels(line) == (True, True, True, False)


def test_falls_of_lines_that_overlap_end_each_in_its_own_time_or_never() -> None:
    line = SerialLine()
    faults = (
        "lines_fall:byte=1,for_ms=300,dcd=0",
        "lines_fall:byte=2,for_ms=100,dsr=0",
        "ring:byte=3",
    )
    bench = Bench(fcard_wand(), *faults, line=line)
    bench.port.to_wand += READ_NUMBER
    bench.dock.turn()
    seen = [levels(line)]
    while (due := bench.dock.idle_s(bench.clock.now)) is not None:
        bench.clock.wait(due)
        bench.dock.turn()
        seen.append(levels(line))
    assert seen == [
        (False, False, False, True),
        (False, False, True, True),
        (True, True, True, True),
    ]
    assert bench.clock.now == pytest.approx(0.3)


@pytest.mark.parametrize("baud", [0, 115_200])
@pytest.mark.parametrize("byte", [1, 4, 200])
def test_an_overrun_loses_the_byte_behind_and_no_other(byte: int, baud: int) -> None:
    bench = Bench(fcard_wand(137), f"overrun:byte={byte}", baud=baud)
    sound = Bench(fcard_wand(137)).ask(READ_137)
    assert bench.ask(READ_137) == sound[:byte] + sound[byte + 1 :]


def test_an_overrun_at_the_end_of_an_answer_loses_the_first_byte_of_the_next() -> None:
    bench = Bench(fcard_wand(), f"overrun:byte={len(NUMBER)}")
    assert [bench.ask(READ_NUMBER) for _ in range(3)] == [NUMBER, NUMBER[1:], NUMBER]


def test_where_there_are_no_lines_nothing_falls() -> None:
    bench = Bench(fcard_wand(137), "lines_fall:byte=5,for_ms=50", "unplug:byte=700")
    assert len(bench.ask(READ_137)) == 700


def test_a_hub_reset_takes_the_wand_off_the_line_and_puts_it_back() -> None:
    bench = Bench(fcard_wand(137), "hub_reset:byte=700,for_ms=250")
    assert len(bench.ask(READ_137)) == 700
    assert bench.clock.now == pytest.approx(0.25)
    assert bench.ask(READ_NUMBER) == NUMBER


def test_a_wand_that_is_flooded_stops_reading_and_goes_on_when_its_answers_have_left() -> None:
    bench = Bench(fcard_wand())
    bench.port.room = 0
    for _ in range(4_000):
        bench.port.to_wand += READ_NUMBER
        bench.dock.turn()
    reads = bench.port.reads
    assert reads < 2_000
    assert bench.dock.idle_s(bench.clock.now) is None
    bench.port.room = 1 << 62
    assert bench.ask(b"") == NUMBER * 4_000
    assert bench.port.reads > reads
