"""``watchclock decode`` reads makers' export files too, recognised by what stands in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import by_hand_files as by_hand
from watchclock.command import main


def decode(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and JSON lines."""
    code = main(["decode", *map(str, arguments), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", by_hand.FORMATS)
def test_a_file_of_every_format_is_decoded_whether_or_not_its_dialect_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    path = tmp_path / "export.txt"
    line = by_hand.ONE_LINE[name]
    path.write_bytes(by_hand.text_of(line))
    found = decode(capsys, path)
    code, (told,) = found
    (record,) = told["records"]
    assert (code, told["dialect"], told["is_complete"]) == (0, name, False)
    assert bytes.fromhex(record["raw"]).decode() == line
    assert record["wand_time"] == "2026-11-21 08:34:09"
    assert decode(capsys, path, "--dialect", name) == found


def test_the_wands_of_a_file_are_told_one_after_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = by_hand.GOLDEN / "jwm_z/two_wands_gbk.txt"
    code, (first, second, error) = decode(capsys, path)
    assert (code, error["error"]) == (5, "import.lines_refused")
    assert [first["wand"], second["wand"]] == ["jwm_z:0802-1001", "jwm_z:0802-1002"]
    assert first["sha256"] == second["sha256"]
    assert [len(first["records"]), len(second["records"])] == [2, 3]
    assert str(path) in error["detail"]
    assert "line 5 at byte 331" in error["detail"]


def test_an_imported_capture_says_the_same_as_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = by_hand.GOLDEN / "wm_web_usb/three_fields.txt"
    assert main(["import", str(path), "--spool", str(tmp_path)]) == 0
    capsys.readouterr()
    (capture,) = (tmp_path / "closed").iterdir()
    code, (of_file, of_capture) = decode(capsys, path, capture)
    assert code == 0
    assert of_file["records"] == of_capture["records"]
    assert of_file["wand"] == of_capture["wand"]


def test_a_capture_of_lines_that_were_refused_tells_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(by_hand.text_of(by_hand.wm_web_usb(), "?"))
    assert main(["import", str(path), "--spool", str(tmp_path)]) == 5
    capsys.readouterr()
    (capture,) = (tmp_path / "closed").iterdir()
    code, (told, error) = decode(capsys, capture)
    assert (code, len(told["records"]), error["error"]) == (5, 1, "import.lines_refused")
    assert "line 2 at byte 34" in error["detail"]


def test_a_file_of_another_format_than_named_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "k510.txt"
    path.write_bytes(by_hand.text_of(by_hand.k510()))
    code, (error,) = decode(capsys, path, "--dialect", "fycomm")
    assert (code, error["error"]) == (5, "import.no_records")
    code, (error,) = decode(capsys, path, "--dialect", "fcard")
    assert (code, error["error"]) == (5, "capture.not_a_capture")
