"""The firmware answers recorded hosts with exactly the bytes that were recorded.

The sources of the recordings stand in tests/golden/*/README.md.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.support.golden_vs import worked_frames
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.fcard.replies import StaffEntry
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.fcard_parameters import FcardParameters
from watchclock_sim.wands.vs import VsWand
from watchclock_sim.wands.wm5000t import Wm5000tWand

GOLDEN = Path(__file__).parents[1] / "golden"
RECORDING = json.loads((GOLDEN / "fcard/host_recording.json").read_text("utf-8"))


def recorded_fcard_wand() -> FcardWand:
    """The wand as ``decoded`` of the recording describes it."""
    parameters = FcardParameters(
        factory_day=date(2019, 5, 7),
        expiry_day=date(2030, 12, 31),
        formats=3,
        power_ons=1234,
    )
    wand = FcardWand(setup_of("7", capacity=60_000, voltage_mv=3870), parameters)
    for number in (1, 2):
        wand.staff.put(StaffEntry(number=number, card=number, name_raw=bytes(10)))
    for index in range(137):
        day, hour = 1 + index // 1440 % 28, index // 60 % 24
        touched = datetime(2026, 11, day, hour, index % 60, index % 60, tzinfo=UTC)
        wand.select_guard(index % 999 + 1)
        tag = TagId(TagTechnology.RFID, (0x7E7F00 + index).to_bytes(3))
        assert wand.touch(tag, touched, is_guard_tag=bool(index % 2))
    for index in range(23):
        time = bytes.fromhex(f"26112110{index % 60:02d}00")
        wand.log.ring.append(bytes([1 + index % 14]) + time + b"\x00")
    wand.select_guard(12)
    return wand


def test_the_fcard_wand_gives_the_recorded_answer_to_every_recorded_frame() -> None:
    wand = recorded_fcard_wand()
    for exchange in RECORDING["exchanges"]:
        answer = wand.receive(bytes.fromhex(exchange["host"]), 0.0, DOCKED_AT)
        assert [frame.hex() for frame in answer] == exchange["wand"], exchange["means"]


def test_the_fcard_wand_has_taken_over_what_the_recorded_host_wrote() -> None:
    wand = recorded_fcard_wand()
    for exchange in RECORDING["exchanges"]:
        list(wand.receive(bytes.fromhex(exchange["host"]), 0.0, DOCKED_AT))
    assert [entry.number for entry in wand.staff] == [1, 5, 6, 7, 8, 9, 10, 11, 12]
    assert (wand.cards.unread, wand.log.ring.unread) == (0, 0)
    assert wand.cards.slot(137) is not None


def recorded_wm5000t_exchanges() -> list[tuple[bytes, bytes]]:
    """What the host sent and what the wand answered, in order."""
    lines = (GOLDEN / "wm5000t/two_records.transcript").read_text("utf-8").splitlines()
    said = [line.split(" ", 1) for line in lines if line.startswith(("TX", "RX"))]
    data = [bytes.fromhex(digits) for _, digits in said]
    return list(zip(data[::2], data[1::2], strict=True))


def test_the_wm5000t_wand_gives_the_recorded_answer_to_every_recorded_command() -> None:
    wand = Wm5000tWand(setup_of("531932"))
    for second, serial in ((3, "000000F40939"), (6, "000000F3F6AD")):
        touched = datetime(2026, 6, 5, 13, 46, second, tzinfo=UTC)
        tag = TagId(TagTechnology.IBUTTON, bytes.fromhex(serial))
        assert wand.touch(tag, touched, is_guard_tag=False)
    received = 0
    for number, (host, answer) in enumerate(recorded_wm5000t_exchanges()):
        frames = b"".join(wand.receive(host, 0.01 * number, DOCKED_AT))
        received += len(frames)
        assert frames == answer
    assert received == 149
    assert len(wand.memory) == 0


def test_the_wm5000t_wand_keeps_its_records_when_the_host_falls_silent() -> None:
    wand = Wm5000tWand(setup_of("531932"))
    tag = TagId(TagTechnology.IBUTTON, bytes.fromhex("000000F40939"))
    wand.touch(tag, DOCKED_AT - timedelta(hours=1), is_guard_tag=False)
    for host, _ in recorded_wm5000t_exchanges()[:-1]:
        list(wand.receive(host, 0.0, DOCKED_AT))
    assert wand.deadline == 0.1
    assert len(b"".join(wand.expire(0.1, DOCKED_AT))) == 30
    assert next(wand.receive(bytes.fromhex("55AA01A9"), 0.2, DOCKED_AT)).startswith(b"\x55")
    assert len(wand.memory) == 1


def test_the_vs_wand_gives_the_worked_identity_declaration_and_lists() -> None:
    wand = VsWand(setup_of("5B00000000001234"))
    frames = worked_frames()
    worked = {each.kind: each.data for each in frames if each.sender == "wand"}
    asked = [
        ("identify", "identity"),
        ("read declaration", "declaration"),
        ("end list", "done"),
        ("read list", "list entries"),
    ]
    by_hand = [each for each in frames if each.sender == "host"]
    (begin,) = [each.data for each in by_hand if each.kind == "begin list"]
    roster = next(each.data for each in by_hand if each.kind == "write list")
    for data in (begin, roster):
        (done,) = wand.receive(data, 0.0, DOCKED_AT)
        assert done[9:-4] == b""
    for question, answer in asked:
        (data,) = [each.data for each in by_hand if each.kind == question]
        (told,) = wand.receive(data, 0.0, DOCKED_AT)
        assert told[9:-4] == worked[answer][9:-4], question
