"""``watchclock import``: what it says of each file, by its name, and what it leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import by_hand_files as by_hand
from tests.support.http_server import Asked, Reply, serving
from tests.support.spools import everything_in
from watchclock.command import main
from watchclock_device.file_formats import file_dialects

MEBIBYTE = 2**20


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str | Path
) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and JSON lines of an import into a spool in that folder."""
    words = [str(argument) for argument in arguments]
    code = main(["import", *words, "--spool", str(folder / "spool"), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with one good file of each format, and others."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name, line in by_hand.ONE_LINE.items():
        (folder / f"{name}.txt").write_bytes(by_hand.text_of(line))
    (folder / "letter.txt").write_bytes(b"Dear Sirs,\n")
    (folder / "zeros.txt").write_bytes(bytes(99))
    return folder


def test_every_file_of_a_folder_is_told_by_name_and_bad_ones_stop_no_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mixed: Path
) -> None:
    code, told = run(capsys, tmp_path, mixed, "--wand", "7")
    files = {Path(one["file"]).name: one["format"] for one in told if "file" in one}
    errors = [one for one in told if "error" in one]
    assert code == 5
    assert files == {f"{name}.txt": name for name in by_hand.FORMATS}
    assert [one["error"] for one in errors] == ["import.format_unknown"] * 2
    assert str(mixed / "letter.txt") in errors[0]["detail"]
    assert str(mixed / "zeros.txt") in errors[1]["detail"]
    assert "byte 0" in errors[1]["detail"]


def test_json_tells_captures_and_refused_lines_with_their_places(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = by_hand.GOLDEN / "jwm_z/two_wands_gbk.txt"
    code, (told, error) = run(capsys, tmp_path, path)
    assert (code, error["error"]) == (5, "import.lines_refused")
    assert (told["format"], told["charset"], told["has_grown"]) == ("jwm_z", "gbk", False)
    assert [one["wand"] for one in told["captures"]] == ["jwm_z:0802-1001", "jwm_z:0802-1002"]
    assert told["captures"][1]["kinds"] == {"patrol": 2, "system": 1}
    (line,) = told["refused_lines"]
    assert (line["line"], line["offset"], told["refused"]) == (5, 331, 1)
    assert bytes.fromhex(line["raw"]).decode("gbk").split("\t")[3] == "4.128E+15"
    assert all(Path(one["path"]).stem == one["capture"] for one in told["captures"])


def test_people_are_told_in_lines_and_a_second_import_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = by_hand.GOLDEN / "wm_web_usb/three_fields.txt"
    words = ["import", str(path), "--spool", str(tmp_path)]
    codes = [main(words)]
    first = capsys.readouterr().out
    stored = everything_in(tmp_path)
    codes.append(main(words))
    second = capsys.readouterr().out
    assert codes == [0, 0]
    assert f"{path}: wand wm_web_usb:0010001, 3 patrol, 1 system" in first
    assert "1 × impossible time" in first
    assert "imported before, nothing was changed" in second
    assert everything_in(tmp_path) == stored


def test_a_file_that_grows_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.txt"
    line = by_hand.text_of(by_hand.wm_web_usb())
    path.write_bytes(line * 3 + b"1001,")
    ask = os.fstat

    def ask_and_write(descriptor: int) -> os.stat_result:
        """Its writer goes on whenever somebody looks at the file."""
        state = ask(descriptor)
        if os.path.samestat(state, path.stat()):
            with path.open("ab") as file:
                file.write(b"000000AFCD11,20261121")
        return state

    monkeypatch.setattr(os, "fstat", ask_and_write)
    code, (told,) = run(capsys, tmp_path, path)
    main(["import", str(path), "--spool", str(tmp_path / "spool")])
    said = capsys.readouterr().out
    assert (code, told["has_grown"], told["size_bytes"]) == (0, True, 3 * len(line))
    assert told["captures"][0]["kinds"] == {"patrol": 3}
    assert f"{path} grew while it was read; its first {3 * len(line)} bytes were taken." in said


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("--wand", "a b"), 2, "import.statement"),
        (("--century", "1800"), 2, "import.statement"),
        (("--format", "csv"), 2, "import.statement"),
        ((), 2, "import.wand_unstated"),
        (("--format", "jwm_z"), 5, "import.no_records"),
        (("--wand", "1", "--server", "http://127.0.0.1:1"), 2, "upload.token_missing"),
        (
            ("--wand", "1", "--server", "http://127.0.0.1:1", "--token", "t"),
            6,
            "upload.server_down",
        ),
    ],
)
def test_what_is_wrong_ends_in_a_code_and_leaves_no_capture(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    error: str,
) -> None:
    path = tmp_path / "k510.txt"
    path.write_bytes(by_hand.text_of(by_hand.k510()))
    found, told = run(capsys, tmp_path, path, *arguments)
    assert (found, told[-1]["error"]) == (code, error)
    assert told[-1]["next_step"]
    assert everything_in(tmp_path / "spool") == {}


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, (error,) = run(capsys, tmp_path, tmp_path / "none.txt")
    assert (code, error["error"]) == (2, "import.unusable")
    assert str(tmp_path / "none.txt") in error["detail"]


def test_captures_are_sent_as_a_download_sends_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(body=b'{"status": "ready", "now": "2026-11-21T08:00:00Z"}')
        receipt: dict[str, object] = {
            "capture": asked.headers["x-capture-sha256"],
            "wand": "wm_web_usb:0010001",
            "created": 4,
            "duplicate": 0,
            "conflict": 0,
            "already_known": False,
        }
        return Reply(body=json.dumps(receipt).encode())

    path = by_hand.GOLDEN / "wm_web_usb/three_fields.txt"
    with serving(answer) as server:
        code, told = run(capsys, tmp_path, path, "--server", server.url, "--token", "t")
        again, _ = run(capsys, tmp_path, path, "--server", server.url, "--token", "t")
    assert (code, again) == (0, 0)
    assert told[1]["receipts"][0]["created"] == 4
    assert [asked.method for asked in server.asked] == ["GET", "POST", "GET"]
    assert [name.split("/")[0] for name in everything_in(tmp_path / "spool")] == ["sent", "sent"]


def test_the_help_names_every_format_that_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["import", "--help"])
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert code == 0
    assert set(file_dialects()) == set(by_hand.FORMATS)
    assert all(name in said for name in file_dialects())


@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_a_gigabyte_ends_at_once_in_one_sentence_with_its_name(
    tmp_path: Path, octet: bytes
) -> None:
    path = tmp_path / "huge.bin"
    with path.open("wb") as file:
        file.write(octet)
        file.truncate(1024 * MEBIBYTE)
    for verb in (["import", path, "--spool", tmp_path / "spool"], ["decode", path]):
        command = [sys.executable, "-m", "tests.support.measured_command", *map(str, verb)]
        ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        sentence, _next_step, measured = ended.stderr.splitlines()
        told = json.loads(measured)
        assert ended.returncode == 5
        assert str(path) in sentence
        assert "byte" in sentence
        assert sentence.endswith("[import.too_large]")
        assert told["seconds"] < 10
        assert told["most_bytes"] - told["idle_bytes"] < 64 * MEBIBYTE


def test_the_largest_file_of_one_byte_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"\xff" * (32 * MEBIBYTE))
    command = [sys.executable, "-m", "tests.support.measured_command", "import", str(path)]
    environment = {**os.environ, "WATCHCLOCK_SPOOL": str(tmp_path / "spool")}
    ended = subprocess.run(
        command, stderr=subprocess.PIPE, text=True, check=False, env=environment
    )
    sentence, _next_step, measured = ended.stderr.splitlines()
    told = json.loads(measured)
    assert sentence.endswith("[import.format_unknown]")
    assert told["most_bytes"] - told["idle_bytes"] < 256 * MEBIBYTE
