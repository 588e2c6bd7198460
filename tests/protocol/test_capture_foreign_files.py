"""pcapng files that watchclock did not write, made by hand or by other software."""

import struct

import pytest

from tests.support import by_hand_pcapng as by_hand
from watchclock_protocol.capture import Chunk, Lane, StepName, StepState, read_capture
from watchclock_protocol.errors import CaptureDamagedError, NotACaptureError

COMMENT = (
    b'{"address":"","dialect":"wm5000t","format":"watchclock capture 1",'
    b'"software":"x","started_utc_ns":0,"time_zone":""}'
)
HEAD = by_hand.head(b"x", COMMENT)
UNKNOWN_BLOCK = by_hand.block(0x0BAD, b"who knows what..")
INTERFACE_STATISTICS = by_hand.block(5, struct.pack("<III", 0, 0, 0) + b"\0\0\0\0")


def test_a_capture_written_by_hand_is_read() -> None:
    data = HEAD + by_hand.packet(1, b"\x55", 17)
    data += by_hand.step_packet(data, "close", "done", 18, b"The end")
    chunk, step = read_capture(data).blocks
    assert chunk == Chunk(lane=Lane.TO_WAND, data=b"\x55", utc_ns=17, offset=len(HEAD))
    assert (step.utc_ns, step.offset) == (18, len(HEAD) + 60)
    assert read_capture(data).is_closed


def test_blocks_and_options_of_unknown_kinds_are_passed_over() -> None:
    packet = by_hand.packet(0, b"abc", 5, (2988, b"custom"), (1, "说".encode()), (0x7FFF, b""))
    for data in (HEAD + UNKNOWN_BLOCK + packet, HEAD + packet + INTERFACE_STATISTICS):
        (chunk,) = read_capture(data).blocks
        assert isinstance(chunk, Chunk)
        assert chunk.data == b"abc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it has only 0 bytes"),
        (b"dialect: wm5000t\nTX 55\nRX 55 00 00", "it is no pcapng file"),
        (struct.pack(">IIIHHq", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1), "it is big-endian"),
        (struct.pack("<IIIHHq", 0x0A0D0D0A, 28, 7, 1, 0, -1), "byte-order magic is unknown"),
        (struct.pack("<IIIHHq", 0x0A0D0D0A, 28, 0x1A2B3C4D, 2, 0, -1), "pcapng of version 2"),
        (by_hand.block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), "no comment"),
        (by_hand.section(b"Wireshark", b"a lunch break"), "canonical JSON"),
        (by_hand.section(b"x", b'{"format":"watchclock capture 9"}'), "is not that of"),
        (by_hand.section(b"x", b"[" * 60_000), "canonical JSON"),
        (by_hand.section(b"x", b"\xff\xfe"), "its head"),
        (by_hand.section(b"x", COMMENT), "it ends inside its head"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotACaptureError, match=reason) as caught:
        read_capture(data)
    assert caught.value.code == "capture.not_a_capture"


@pytest.mark.parametrize(
    ("written", "changed"),
    [(b"wm5000t", b'wm"000t'), (b":0,", b":-1,"), (b":0,", b":18446744073709551616,")],
)
def test_a_head_that_was_a_capture_once_is_damaged(written: bytes, changed: bytes) -> None:
    section = by_hand.section(b"x", COMMENT.replace(written, changed))
    with pytest.raises(CaptureDamagedError, match="its head"):
        read_capture(section)


def packet_block(interface: int, captured: int, original: int, rest: bytes) -> bytes:
    return by_hand.block(6, struct.pack("<IIIII", interface, 0, 0, captured, original) + rest)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (by_hand.section(b"x", COMMENT), "second section"),
        (by_hand.block(1, struct.pack("<HHI", 147, 0, 0)), "too many interfaces"),
        (by_hand.block(6, b"short..."), "too short for its kind"),
        (packet_block(0, 2**32 - 1, 2**32 - 1, b""), "packet length is wrong"),
        (packet_block(0, 0, 4, b""), "packet length is wrong"),
        (packet_block(3, 0, 0, b""), "interface is unknown"),
        (packet_block(0, 0, 0, b""), "check sum"),
        (packet_block(0, 1, 1, b"abcd"), "padding is not zero"),
        (packet_block(0, 0, 0, struct.pack("<HH", 1, 65535)), "ends outside its block"),
        (by_hand.packet(2, b"{}", 0), "fields are not those of a step"),
        (by_hand.packet(2, b'{"a":1, "b":2}', 0), "canonical JSON"),
        (by_hand.packet(2, b"[" * 100_000, 0), "canonical JSON"),
        (by_hand.packet(2, b'{"a":' + b"9" * 5000 + b"}", 0), "canonical JSON"),
        (by_hand.step_packet(HEAD, "dance", "done", 0, b""), "not a valid StepName"),
        (by_hand.step_packet(HEAD, "close", "maybe", 0, b""), "not a valid StepState"),
        (by_hand.step_packet(b"", "close", "done", 0, b""), "not those that were written"),
        (struct.pack("<III", 6, 13, 13), "cannot be 13 bytes long"),
        (struct.pack("<III", 6, 4, 4), "cannot be 4 bytes long"),
        (struct.pack("<III", 6, 12, 16), "two lengths of a block differ"),
    ],
)
def test_a_block_watchclock_never_writes_is_damage_at_its_offset(
    block: bytes, reason: str
) -> None:
    with pytest.raises(CaptureDamagedError, match=reason) as caught:
        read_capture(HEAD + block)
    assert caught.value.details["offset"] in (0, len(HEAD))


def test_an_interface_of_another_link_type_or_clock_is_refused() -> None:
    section = by_hand.section(b"x", COMMENT)
    ethernet = by_hand.block(1, struct.pack("<HHI", 1, 0, 0) + by_hand.options((9, b"\x09")))
    microseconds = by_hand.block(1, struct.pack("<HHI", 147, 0, 0))
    with pytest.raises(CaptureDamagedError, match="link type"):
        read_capture(section + ethernet)
    with pytest.raises(CaptureDamagedError, match="not in nanoseconds"):
        read_capture(section + microseconds)


def test_a_step_whose_block_bears_another_time_is_damage() -> None:
    step = by_hand.step_packet(HEAD, "close", "done", 7, b"The end")
    moved = step[:16] + struct.pack("<I", 8) + step[20:]
    with pytest.raises(CaptureDamagedError, match="time of a step"):
        read_capture(HEAD + moved)


def test_a_giant_length_reserves_no_memory_and_is_a_torn_end() -> None:
    capture = read_capture(HEAD + struct.pack("<II", 6, 0xFFFF_FFFC) + b"\x01" * 40)
    assert (capture.whole_bytes, capture.torn_bytes) == (len(HEAD), 48)


def test_recovering_and_closing_are_the_last_steps_of_the_journal() -> None:
    assert list(StepName)[-2:] == [StepName.CLOSE, StepName.RECOVER]
    assert set(StepState) == {"begun", "done", "failed", "not_offered"}
