"""What an FC wand does with each command, asked with frames put together by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sim_wands import DOCKED_AT, logging_setup, setup_of
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.fcard import FcardWand

OK = (0x2101, b"")
TAG = TagId(TagTechnology.RFID, bytes.fromhex("12AB34"))
STAFF = bytes.fromhex("0007 00A1B2") + "王五".encode("gbk").ljust(10, b"\0")


def frame(code: int, data: bytes = b"", address: int = 7) -> bytes:
    """A host's frame: 7E, address, token, class and command, length, data, sum, 7E."""
    body = bytes([address, 0x12, 0x34, code >> 8, code & 0xFF, len(data)]) + data
    body += bytes([sum(body) & 0xFF])
    return b"\x7e" + body.replace(b"\x7f", b"\x7f\x02").replace(b"\x7e", b"\x7f\x01") + b"\x7e"


def ask(wand: FcardWand, code: int, data: str | bytes = b"") -> list[tuple[int, bytes]]:
    """Class and command, and data, of every frame that answers."""
    sent = bytes.fromhex(data) if isinstance(data, str) else data
    answers: list[tuple[int, bytes]] = []
    for answer in wand.receive(frame(code, sent), 0.0, DOCKED_AT):
        body = answer[1:-1].replace(b"\x7f\x01", b"\x7e").replace(b"\x7f\x02", b"\x7f")
        assert body[:3] == bytes([7, 0x12, 0x34])
        answers.append((int.from_bytes(body[3:5]), body[6:-1]))
    return answers


def touched_wand(count: int, *, capacity: int = 100, logs: bool = False) -> FcardWand:
    wand = FcardWand(logging_setup("7") if logs else setup_of("7", capacity=capacity))
    for index in range(count):
        wand.touch(TAG, DOCKED_AT + timedelta(seconds=index), is_guard_tag=False)
    return wand


def codes_in_the_log(wand: FcardWand) -> list[int]:
    return [
        (wand.log.ring.slot(slot) or b"\xff")[0] for slot in range(1, 1 + wand.log.ring.unread)
    ]


@pytest.mark.parametrize(
    ("write", "data", "read", "default"),
    [
        (0x0102, "311230", 0x0103, "991231"),
        (0x0106, "01", 0x0107, "00"),
        (0x0108, "240316", 0x0188, "240315"),
        (0x010A, "1E", 0x0109, "0A"),
        (0x010C, "FF", 0x010B, "05"),
    ],
)
def test_a_parameter_is_read_as_it_was_written(
    write: int, data: str, read: int, default: str
) -> None:
    wand = touched_wand(0)
    assert [answer for _, answer in ask(wand, read)] == [bytes.fromhex(default)]
    assert ask(wand, write, data) == [OK]
    assert [answer for _, answer in ask(wand, read)] == [bytes.fromhex(data)]


@pytest.mark.parametrize(
    ("code", "data"),
    [(0x0501, ""), (0x0502, "80"), (0x0503, "01F4"), (0x0504, "08"), (0x0505, "80")],
)
def test_every_actuator_obeys(code: int, data: str) -> None:
    assert ask(touched_wand(0), code, data) == [OK]


def test_initialising_keeps_system_records_and_loses_cards_staff_and_settings() -> None:
    wand = touched_wand(3)
    wand.power_on(DOCKED_AT)
    ask(wand, 0x0305, b"\x01" + STAFF)
    ask(wand, 0x010A, "3C")
    ask(wand, 0x0106, "01")
    assert ask(wand, 0x01FE) == [OK]
    assert (wand.cards.unread, len(wand.staff), wand.log.ring.unread) == (0, 0, 1)
    assert ask(wand, 0x0109) == [(0x3109, b"\x0a")]
    assert ask(wand, 0x0107) == [(0x3107, b"\x00")]


def test_staff_that_cannot_be_stored_is_named() -> None:
    wand = touched_wand(0)
    bad = bytes.fromhex("03E8") + STAFF[2:]
    assert ask(wand, 0x0305, b"\x02" + STAFF + bad) == [(0x3305, bytes.fromhex("000103E8"))]
    assert ask(wand, 0x0304, "02 00A1B2") == [(0x3304, STAFF)]
    assert ask(wand, 0x0304, "01 000008") == [(0x3304, b"\xff" * 15)]


def test_an_expired_wand_reads_no_cards() -> None:
    wand = touched_wand(0)
    ask(wand, 0x0102, "261121")
    assert wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert not wand.touch(TAG, DOCKED_AT + timedelta(days=1), is_guard_tag=False)
    assert wand.cards.unread == 1


def test_a_guards_card_selects_the_guard_for_the_touches_after_it() -> None:
    wand = touched_wand(0)
    ask(wand, 0x0305, b"\x01" + STAFF)
    wand.touch(TagId(TagTechnology.RFID, STAFF[2:5]), DOCKED_AT, is_guard_tag=True)
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    moment = bytes([26, 11, 21, 20, 30, 15])
    assert wand.cards.slot(1) == b"\x00\x07" + moment + b"\x01" + STAFF[2:5]
    assert wand.cards.slot(2) == b"\x00\x07" + moment + b"\x00" + TAG.octets


def test_live_reading_pushes_cards_instead_of_keeping_them() -> None:
    wand = touched_wand(0)
    assert ask(wand, 0x010E) == []
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert wand.deadline == 0.0
    pushed = b"".join(wand.expire(0.0, DOCKED_AT))
    assert pushed[4:10] == bytes.fromhex("310E0312AB34")
    assert ask(wand, 0x010F) == [OK]
    assert wand.cards.unread == 0
    assert wand.touch(TAG, DOCKED_AT, is_guard_tag=False)


def test_a_range_ends_at_the_capacity_and_shows_empty_slots_as_ff() -> None:
    wand = touched_wand(2, capacity=4)
    pages = ask(wand, 0x0406, "01 00000002 00000009")
    assert pages[-1] == (0xF406, (3).to_bytes(4))
    assert pages[0][1][:4] == (3).to_bytes(4)
    assert pages[0][1][4 + 16 :] == b"".join(n.to_bytes(4) + b"\xff" * 12 for n in (3, 4))


def test_acknowledging_erases_nothing_and_can_be_taken_back() -> None:
    wand = touched_wand(3)
    assert ask(wand, 0x0404, "01 00000003 00") == [OK]
    assert wand.cards.unread == 0
    assert ask(wand, 0x0404, "01 00000000 01") == [OK]
    assert wand.cards.unread == wand.cards.capacity
    assert ask(wand, 0x0406, "01 00000003 00000001")[-1] == (0xF406, (1).to_bytes(4))


def test_a_wand_that_logs_its_host_uses_the_numbers_of_the_makers_tool() -> None:
    wand = touched_wand(1, logs=True)
    ask(wand, 0x0305, b"\x01" + STAFF)
    ask(wand, 0x0305, b"\x01" + STAFF)
    ask(wand, 0x0306, "0001 0007")
    ask(wand, 0x0302)
    ask(wand, 0x0404, "01 00000001 00")
    ask(wand, 0x0403, "01")
    ask(wand, 0x01FE)
    assert codes_in_the_log(wand) == [9, 11, 10, 8, 12, 14, 2]
    ask(wand, 0x0402)
    assert codes_in_the_log(wand) == [15]


def test_a_damaged_frame_is_refused_and_a_frame_for_another_wand_ignored() -> None:
    wand = touched_wand(0)
    damaged = bytearray(frame(0x0401))
    damaged[-2] ^= 1
    answer = b"".join(wand.receive(bytes(damaged), 0.0, DOCKED_AT))
    assert answer[4:6] == b"\x21\x03"
    assert list(wand.receive(frame(0x0401, address=8), 0.0, DOCKED_AT)) == []
    assert b"".join(wand.receive(frame(0x0101, address=8), 0.0, DOCKED_AT))[7] == 7


@given(st.lists(st.tuples(st.integers(0, 0x05FF), st.binary(max_size=20)) | st.binary()))
def test_any_frames_and_any_noise_leave_the_wand_alive(
    said: list[tuple[int, bytes] | bytes],
) -> None:
    wand = touched_wand(5, capacity=8)
    for heard in said:
        data = heard if isinstance(heard, bytes) else frame(*heard, address=0)
        for answer in wand.receive(data, 0.0, DOCKED_AT):
            assert answer.startswith(b"\x7e")
    alive = b"".join(wand.receive(b"\x7e" + frame(0x0101, address=0), 0.0, DOCKED_AT))
    assert alive[4:6] == b"\x31\x01"


def test_a_wand_given_another_number_answers_to_that_one_alone() -> None:
    wand = touched_wand(0)
    answer = b"".join(wand.receive(frame(0x01F1, b"\x09", address=0), 0.0, DOCKED_AT))
    assert answer[4:6] == b"\x21\x01"
    assert list(wand.receive(frame(0x0401), 0.0, DOCKED_AT)) == []
    assert b"".join(wand.receive(frame(0x0101), 0.0, DOCKED_AT))[7] == 9
