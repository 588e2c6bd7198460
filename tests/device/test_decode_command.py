import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.captures import capture_of
from watchclock.command import main
from watchclock.record_tables import protected
from watchclock_protocol.capture import capture_name
from watchclock_protocol.transcript import read_transcript

GOLDEN = Path(__file__).resolve().parents[1] / "golden/wm5000t/two_records.transcript"
RAW = ["260605134603000000f40939", "260605134606000000f3f6ad"]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """The golden conversation as a closed capture under its own name."""
    chunks = read_transcript(GOLDEN.read_text("utf-8")).chunks
    data = capture_of(*((chunk.lane, chunk.data) for chunk in chunks))
    path = tmp_path / f"{capture_name(data)}.pcapng"
    path.write_bytes(data)
    return path


def decode(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["decode", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def told(capsys: pytest.CaptureFixture[str], path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and the JSON lines."""
    code, out, _ = decode(capsys, str(path), "--json")
    return code, [json.loads(line) for line in out.splitlines()]


def test_the_captured_conversation_of_a_real_wand_gives_its_two_records(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = decode(capsys, str(GOLDEN))
    assert code == 0
    for text in ("2026-06-05 13:46:03", "2026-06-05 13:46:06", "531932", *RAW):
        assert text in out.replace("\n", "")


def test_json_tells_everything_a_record_says(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    code, (file,) = told(capsys, capture)
    assert (code, file["wand"], file["torn_bytes"]) == (0, "wm5000t:531932", 0)
    assert file["sha256"] == capture.stem
    assert [record["raw"] for record in file["records"]] == RAW
    assert file["records"][0]["tag"] == "ibutton:F40939"
    assert file["records"][0]["wand_time"] == "2026-06-05 13:46:03"
    assert [record["position"] for record in file["records"]] == [0, 1]


def test_csv_cells_are_text_to_any_spreadsheet(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    code, out, _ = decode(capsys, str(capture), str(GOLDEN), "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (0, 4)
    assert [row["raw"] for row in rows] == [f"0x{raw}" for raw in RAW * 2]
    assert {row["tag"] for row in rows} == {"ibutton:F40939", "ibutton:F3F6AD"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)", "\tx"])
def test_a_cell_that_could_be_a_formula_is_given_an_apostrophe(text: str) -> None:
    assert protected(text) == f"'{text}"


def test_a_capture_cut_at_any_byte_is_told_and_what_is_whole_is_shown(
    capsys: pytest.CaptureFixture[str], capture: Path, tmp_path: Path
) -> None:
    data = capture.read_bytes()
    cut = tmp_path / "cut.pcapng"
    met: set[str] = set()
    shown: list[int] = []
    for length in range(0, len(data), 5):
        cut.write_bytes(data[:length])
        code, lines = told(capsys, cut)
        assert code == 5
        assert lines[-1]["next_step"]
        met.add(lines[-1]["error"])
        shown += [len(lines[0]["records"])] if len(lines) == 2 else []
    assert met == {"capture.not_a_capture", "capture.torn", "capture.unfinished"}
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0, 2)


def test_a_capture_with_one_byte_changed_is_refused(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    whole = capture.read_bytes()
    for position in range(0, len(whole), 7):
        data = bytearray(whole)
        data[position] ^= 1
        capture.write_bytes(data)
        code, lines = told(capsys, capture)
        assert code == 5
        assert lines[-1]["error"].startswith("capture.")


def test_a_capture_under_the_name_of_another_is_told(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    other = capture.rename(capture.with_stem("0" * 64))
    code, (file, error) = told(capsys, other)
    assert (code, len(file["records"])) == (5, 2)
    assert error["error"] == "capture.name"
    assert capture.stem in error["detail"]


def test_a_file_that_is_not_there_or_no_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, (error,) = told(capsys, tmp_path / "none.pcapng")
    assert (code, error["error"]) == (2, "command.file_unreadable")
    binary = tmp_path / "binary.transcript"
    binary.write_bytes(b"\xff\xfe\x00")
    code, (error,) = told(capsys, binary)
    assert (code, error["error"]) == (5, "capture.not_a_capture")


def test_the_dialect_asked_for_wins_over_the_one_in_the_file(
    capsys: pytest.CaptureFixture[str], capture: Path
) -> None:
    code, out, _ = decode(capsys, str(capture), "--dialect", "fcard", "--json")
    file = json.loads(out)
    assert (code, file["dialect"], file["wand"], file["records"]) == (0, "fcard", None, [])


def test_a_file_that_cannot_be_used_is_named_and_stops_no_other(
    capsys: pytest.CaptureFixture[str], capture: Path, tmp_path: Path
) -> None:
    noise, gone = tmp_path / "noise.pcapng", tmp_path / "gone.pcapng"
    noise.write_bytes(b"noise" * 100)
    code, out, err = decode(capsys, str(noise), str(gone), str(capture), "--json")
    file, *errors = [json.loads(line) for line in out.splitlines()]
    assert code == 5
    assert [record["raw"] for record in file["records"]] == RAW
    assert [error["error"] for error in errors] == [
        "capture.not_a_capture",
        "command.file_unreadable",
    ]
    assert errors[0]["about"] == [str(noise)]
    assert f"{noise}:\nThis is not a watchclock capture" in err


def test_output_that_cannot_be_written_is_an_error_and_no_crash() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "watchclock", "decode", str(GOLDEN), "--csv"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    sentence, _ = ended.stderr.splitlines()
    assert ended.returncode == 2
    assert sentence.endswith("[command.output]")


def test_records_before_damage_are_shown_and_the_damage_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    chunks = read_transcript(GOLDEN.read_text("utf-8")).chunks
    spoken = [(chunk.lane, chunk.data) for chunk in chunks]
    good = capture_of(*spoken, is_closed=False)
    data = bytearray(capture_of(*spoken, spoken[-1]))
    data[len(good) + 28] ^= 1
    path = tmp_path / "damaged.pcapng"
    path.write_bytes(data)
    code, (file, error) = told(capsys, path)
    assert (code, error["error"]) == (5, "capture.damaged")
    assert f"at byte {len(good)}" in error["detail"]
    assert error["about"] == [str(path)]
    assert [record["raw"] for record in file["records"]] == RAW
    assert file["torn_bytes"] == len(data) - len(good)


@pytest.mark.parametrize("beginning", [b"", b"\xff" * 64, b"\n\r\r\n"])
def test_a_gigabyte_of_anything_is_refused_unread(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, beginning: bytes
) -> None:
    path = tmp_path / "giant.pcapng"
    path.write_bytes(beginning)
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    before_bytes = psutil.Process().memory_info().rss
    code, (error,) = told(capsys, path)
    assert (code, error["error"]) == (5, "import.too_large")
    assert str(path) in error["detail"]
    assert psutil.Process().memory_info().rss - before_bytes < 64 << 20


def test_what_could_not_be_used_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = GOLDEN.read_text("utf-8").replace("F4 09 39 3C", "F4 09 39 3D")
    path = tmp_path / "damaged.transcript"
    path.write_text(text, "utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "F4 09 39 3D" in row)
    code, out, _ = decode(capsys, str(path))
    _, (file,) = told(capsys, path)
    assert code == 0
    assert f"Not used, at byte {line}: " in out
    assert [(each["offset"], each["error"]) for each in file["rejected"]] == [
        (line, "protocol.checksum")
    ]
