"""``watchclock frames`` tells how well the line carried the frames of captures."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import by_hand_fcard as by_hand
from tests.support.captures import capture_of
from watchclock.command import main
from watchclock_protocol.capture import Lane

ASK = by_hand.frame(7, 1, 0x01, 0x01)
ANSWER = by_hand.frame(7, 1, 0x31, 0x01, b"\x07")
DAMAGED = ANSWER[:-2] + bytes([ANSWER[-2] ^ 1]) + ANSWER[-1:]


def frames(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["frames", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def fields(capsys: pytest.CaptureFixture[str], *paths: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and the JSON lines that are no error."""
    code, out, _ = frames(capsys, *map(str, paths), "--json")
    return code, [row for row in map(json.loads, out.splitlines()) if "error" not in row]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A request, its damaged answer, noise, the request again and its answer."""
    path = tmp_path / "one.pcapng"
    path.write_bytes(
        capture_of(
            (Lane.TO_WAND, ASK),
            (Lane.FROM_WAND, DAMAGED),
            (Lane.TO_WAND, ASK),
            (Lane.FROM_WAND, b"\x00\x11\x22" + ANSWER),
            dialect="fcard",
        )
    )
    return path


def test_both_directions_are_counted_and_the_first_loss_has_its_place(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    code, (from_wand, to_wand) = fields(capsys, capture)
    assert code == 0
    assert (from_wand["lane"], from_wand["frames"], from_wand["damaged"]) == ("from_wand", 1, 2)
    assert (to_wand["lane"], to_wand["frames"], to_wand["damaged"]) == ("to_wand", 2, 0)
    assert to_wand["first_loss_offset"] is None
    begins = capture.read_bytes().index(DAMAGED) - 28  # the head of an enhanced packet block
    assert from_wand["first_loss_offset"] == begins


def test_people_get_a_table_of_a_whole_folder(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    (capture.parent / "two.pcapng").write_bytes(capture.read_bytes())
    code, out, _ = frames(capsys, str(capture.parent))
    assert code == 0
    assert out.count("from the wand") == out.count("to the wand") == 2


def test_a_file_that_cannot_be_used_does_not_stop_the_next(
    capsys: pytest.CaptureFixture[str], capture: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.pcapng").write_bytes(b"no capture")
    code, rows = fields(capsys, tmp_path / "bad.pcapng", tmp_path / "none.pcapng", capture)
    assert code != 0
    assert [row["file"] for row in rows] == [str(capture)] * 2


def test_a_dialect_without_framing_is_refused_with_the_way_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "strict.pcapng"
    path.write_bytes(capture_of((Lane.TO_WAND, b"\x00"), dialect="wm5000t"))
    code, _, err = frames(capsys, str(path))
    assert code != 0
    assert "command.framing_missing" in err
    assert "watchclock decode" in err
