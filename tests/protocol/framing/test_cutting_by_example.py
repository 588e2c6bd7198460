"""What each flaw is, frame by frame, and the worked examples of the notes on other wands."""

import subprocess
import sys

import pytest

from tests.support.framings import BYTE_STUFFED, HEADED, KAIHE, PATROL_CONTROLLER, frame_of
from watchclock_protocol.fcard_family.frames import FRAMING as FCARD
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.framing.cutting import SMALL_INPUT_OCTETS, cut, cut_blocks, make_cutter
from watchclock_protocol.framing.declarations import (
    CheckField,
    EscapedFraming,
    Flaw,
    Framing,
    HeaderSum,
    LengthField,
    PrefixedFraming,
)
from watchclock_protocol.framing.frame_table import FrameTable

FCARD_FRAME = bytes.fromhex("7E 05 12 36 21 01 00 6F 7E")


def found(framing: Framing, text: str) -> list[tuple[int, int, str]]:
    """Offset, span and flaw of everything, the frames having none."""
    table = cut(framing, bytes.fromhex(text))
    frames = zip(table.offsets.tolist(), table.spans.tolist(), strict=True)
    cuts = [(offset, span, "") for offset, span in frames]
    return sorted([*cuts, *((offset, span, str(flaw)) for offset, span, flaw in table.losses)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7E 05 12 36 21 01 00 6F 7E", [(1, 7, "")]),
        ("7E 05 12 36 21 01 00 6F 7E 05 12 36 21 01 00 6F 7E", [(1, 7, ""), (9, 7, "")]),
        ("05 12 7E 05 12 36 21 01 00 6F 7E", [(0, 2, "noise"), (3, 7, "")]),
        ("7E 05 12 36 21 01 00 70 7E", [(1, 7, "check_sum")]),
        ("7E 05 12 36 21 01 01 6F 7E", [(1, 7, "shape")]),
        ("7E 05 7E", [(1, 1, "shape")]),
        ("7E 05 12 36 21 01 7F 03 6F 7E", [(1, 8, "escape")]),
        ("7E 05 12 36 21 01 00 6F 7F 7E", [(1, 8, "escape")]),
        ("7E 7F 7E", [(1, 1, "escape")]),
        ("7E 05 12 36", [(1, 3, "unfinished")]),
        ("7E" + "55" * 254 + "7E", [(1, 254, "shape")]),
        ("7E" + "55" * 255 + "7E", [(1, 255, "too_long")]),
        ("7E" + "55" * 255, [(1, 255, "too_long")]),
        ("55" * 300, [(0, 300, "noise")]),
        ("7E 7E 7E", []),
    ],
)
def test_fcard_bytes_are_what_they_are(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert found(FCARD, text) == expected


def test_escapes_are_undone_and_the_place_on_the_wire_is_kept() -> None:
    wire = bytes.fromhex("7E 7F 02 7F 01 36 21 01 00 55 7E")
    table = cut(FCARD, wire * 1000)
    assert list(table) == [bytes.fromhex("7F 7E 36 21 01 00 55")] * 1000
    assert table.offsets[:2].tolist() == [1, len(wire) + 1]
    assert table.spans[:2].tolist() == [9, 9]


# Computed for the note on the wand from the sums of KaiheSerialPortLibrary.dll.
@pytest.mark.parametrize(
    "text",
    [
        "EB 33 02 00 04 24",
        "EB 34 05 00 00 A1 B2 C3 3A",
        "EB 31 00 1C",
        "EB 32 07 1A 0B 15 08 1E 05 06 8F",
        "EB 38 0B 1A 0B 15 08 1E 05 01 02 A1 B2 C3 AC",
        "EB 75 08 08 0A 00 00 00 00 00 00 7A",
    ],
)
def test_kaihe_frames_are_found(text: str) -> None:
    frame = bytes.fromhex(text)
    assert found(KAIHE, "AA" + text + text) == [
        (0, 1, "noise"),
        (1, len(frame), ""),
        (1 + len(frame), len(frame), ""),
    ]


# Computed for the note on the station with the CRC of Modbus.
@pytest.mark.parametrize(
    "text",
    [
        "21 58 44 03 B0 06 00 D5 16",
        "21 58 44 03 B0 06 01 02 57 CE",
        "21 58 44 03 B0 07 10 00 01 09 34 08 21 11 26 01 A1 B2 C3 00 00 00 2B 11 8D",
    ],
)
def test_patrol_controller_frames_are_found(text: str) -> None:
    assert found(PATROL_CONTROLLER, text) == [(0, len(bytes.fromhex(text)), "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EB 31 00 1D", [(0, 4, "check_sum")]),
        ("EB 31 00 1D EB 31 00 1C", [(0, 4, "check_sum"), (4, 4, "")]),
        # A damaged length claims the frame behind it, which is found all the same.
        ("EB 31 04 1C EB 31 00 1C", [(0, 4, "check_sum"), (4, 4, "")]),
        ("EB 31 3D 00 EB 31 00 1C", [(0, 4, "noise"), (4, 4, "")]),
        ("EB 31 02 1C", [(0, 4, "unfinished")]),
        ("EB 31", [(0, 2, "noise")]),
        ("EB 31 00 1D 00 00", [(0, 4, "check_sum"), (4, 2, "noise")]),
    ],
)
def test_kaihe_bytes_are_what_they_are(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert found(KAIHE, text) == expected


def test_a_length_whose_own_sum_is_wrong_begins_no_frame() -> None:
    frame = frame_of(HEADED, b"abc")
    assert found(HEADED, frame.hex()) == [(0, len(frame), "")]
    assert found(HEADED, (frame[:8] + b"\x00" + frame[9:]).hex()) == [(0, len(frame), "noise")]


def test_a_frame_that_fails_is_told_as_soon_as_it_is_whole() -> None:
    cutter = make_cutter(KAIHE)
    (cut_at_once,) = cutter.receive(bytes.fromhex("EB 31 00 1D"))
    assert cut_at_once.flaw is Flaw.CHECK_SUM
    assert cutter.receive(bytes.fromhex("EB 31 00 1C"))[0].flaw is None


def test_frames_that_are_right_inside_a_right_frame_are_not_told_twice() -> None:
    inner = frame_of(KAIHE, b"")
    outer = frame_of(KAIHE, inner + inner)
    for table in (cut(KAIHE, outer * 3), FrameTable.joined(tuple(cut_blocks(KAIHE, outer * 3)))):
        assert list(table) == [outer] * 3


def test_small_and_great_inputs_give_the_same_kind_of_table() -> None:
    small = FCARD_FRAME * (SMALL_INPUT_OCTETS // len(FCARD_FRAME))
    for data in (small, small + FCARD_FRAME):
        assert set(cut(FCARD, data)) == {FCARD_FRAME[1:-1]}
        assert len(cut(FCARD, data)) == len(data) // len(FCARD_FRAME)


def test_any_buffer_can_be_cut() -> None:
    for data in (bytearray(FCARD_FRAME), memoryview(FCARD_FRAME)):
        assert len(cut(FCARD, data)) == 1


def test_the_live_way_does_not_load_numpy() -> None:
    live = "from watchclock_protocol.framing import escaped_stream, prefixed_stream"
    program = f"import sys; {live}; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


LENGTH = LengthField(at=1, overhead=3)
CHECK = CheckField(algorithm=CheckAlgorithm.LOW_BYTE_SUM)


@pytest.mark.parametrize(
    ("head", "length", "header_sum"),
    [
        (b"", LENGTH, None),
        (b"\xaa\xbb", LENGTH, None),
        (b"\xaa", LengthField(at=2, overhead=3), None),
        (b"\xaa", LENGTH, HeaderSum(algorithm=CheckAlgorithm.CRC32, at=2)),
        (b"\xaa", LENGTH, HeaderSum(algorithm=CheckAlgorithm.LOW_BYTE_SUM, at=3)),
    ],
    ids=["no head", "length in the head", "length in the sum", "wide header sum", "no room"],
)
def test_a_declaration_that_contradicts_itself_is_refused(
    head: bytes, length: LengthField, header_sum: HeaderSum | None
) -> None:
    with pytest.raises(ValueError, match=r"frame|header"):
        PrefixedFraming(head=head, length=length, check=CHECK, longest=60, header_sum=header_sum)


def test_a_flag_cannot_stand_behind_its_own_escape() -> None:
    with pytest.raises(ValueError, match="flag"):
        EscapedFraming(
            flag=0x7E,
            escape=0x7D,
            substitutions=((0x7E, 0x7E),),
            length=BYTE_STUFFED.length,
            check=BYTE_STUFFED.check,
            longest=60,
        )
