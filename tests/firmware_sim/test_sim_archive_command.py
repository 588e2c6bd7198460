"""The archive command: resumed, killed, refused, and decoded again by ``watchclock redecode``."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import psutil
import pytest
import typer

from watchclock.command import main
from watchclock.sim_archive_command import archive
from watchclock_sim.__main__ import main as sim_main
from watchclock_sim.archive.settings import ArchiveSettings
from watchclock_sim.option_parser import option_name

SMALL = ("--wands", "3", "--nights", "20", "--records", "3000", "--workers", "1")
ALL = "vs,wm5000t,fcard,kaihe_eb,xgd"


def generate(folder: Path, *options: str) -> int:
    return sim_main(["archive", str(folder), *SMALL, *options])


def summary(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> dict[str, int]:
    assert generate(folder, "--json", *options) == 0
    told: dict[str, int] = json.loads(capsys.readouterr().out)
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def truth(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]


def begun(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "watchclock_sim", "archive", str(folder)]
    return subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)


def captures_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pcapng"))


def wait_for_captures(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(captures_in(folder)) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def test_redecode_counts_exactly_what_the_truth_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = ("--dialects", ALL, "--wands", "5", "--nights", "6", "--records", "600")
    assert summary(capsys, tmp_path, *options)["records"] == 600
    rows = [row for row in truth(tmp_path) if row["capture"]]
    code = main(["redecode", str(tmp_path), "--without-database", "--json", "--workers", "1"])
    *files, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert sorted(
        (Path(file["file"]).relative_to(tmp_path).as_posix(), file["wand"], file["records"])
        for file in files
    ) == sorted((row["capture"], row["wand"], row["records"]) for row in rows)
    assert last["total"]["states"] == {"decoded": len(rows)}
    assert last["total"]["records"] == 600
    assert set(last["total"]["dialects"]) == set(ALL.split(","))
    assert (last["total"]["rejected"], last["total"]["skipped_bytes"]) == (0, 0)


def test_what_is_there_is_kept_and_a_torn_capture_is_written_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = summary(capsys, tmp_path)
    before = contents(tmp_path)
    assert (first["written"], first["captures"]) == (len(captures_in(tmp_path)),) * 2
    torn, lost = captures_in(tmp_path)[4], captures_in(tmp_path)[30]
    torn.write_bytes(torn.read_bytes()[:-1])
    lost.unlink()
    ages = {path: path.stat().st_mtime_ns for path in captures_in(tmp_path) if path != torn}
    assert summary(capsys, tmp_path)["written"] == 2
    assert contents(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in ages} == ages
    assert summary(capsys, tmp_path)["written"] == 0


@pytest.mark.parametrize(("workers", "captures"), [(1, 1), (1, 25), (2, 12)])
def test_a_killed_run_goes_on_where_it_was_and_ends_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, workers: int, captures: int
) -> None:
    options = (*SMALL[:-1], str(workers))
    process = begun(tmp_path / "killed", *options)
    wait_for_captures(tmp_path / "killed", captures)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    saved = {path: path.stat().st_mtime_ns for path in captures_in(tmp_path / "killed")}
    assert len(saved) >= captures
    told = summary(capsys, tmp_path / "killed")
    assert told["written"] == told["captures"] - len(saved)
    assert {path: path.stat().st_mtime_ns for path in saved} == saved
    summary(capsys, tmp_path / "whole")
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_several_processes_write_the_same_archive_as_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    alone = summary(capsys, tmp_path / "alone")
    together = summary(capsys, tmp_path / "together", "--workers", "2")
    assert alone["captures"] == together["captures"] > 0
    assert contents(tmp_path / "alone") == contents(tmp_path / "together")


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> str:
    code = generate(folder, *options)
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--wands", "0"), "--wands is 1 to"),
        (("--nights", "0"), "is 1 to 3660"),
        (("--to", "2024-12-31"), "is 1 to 3660"),
        (("--from", "1999-12-31"), "2000 to 2099"),
        (("--from", "2099-12-25"), "2000 to 2099"),
        (("--records", "2"), "at least 1 for each wand"),
        (("--records", "1000000"), "at most 15000 a wand and night"),
        (("--workers", "65"), "--workers is 0 to 64"),
        (("--seed", "-1"), "--seed is not negative"),
        (("--zone", "Mars/Olympus"), "no time zone"),
        (("--dialects", "vs:0"), "is not NAME:NUMBER"),
        (("--dialects", "vs,,fcard"), "is not NAME:NUMBER"),
        (("--dialects", "vs,vs"), "is not NAME:NUMBER"),
        (("--dialects", "morse"), "No wand of the dialect morse"),
        (("--dialects", "fcard_reader"), "keeps no records"),
        (("--dialects", "fcard", "--wands", "300"), "255 can"),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: Sequence[str], reason: str
) -> None:
    folder = tmp_path / "archive"
    assert reason in refused(capsys, folder, *options)
    assert not folder.exists()


def test_another_archive_and_other_files_are_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    summary(capsys, tmp_path / "archive")
    before = contents(tmp_path / "archive")
    told = refused(capsys, tmp_path / "archive", "--seed", "7")
    assert "it was made with other options: seed. [sim.archive_other]" in told
    assert contents(tmp_path / "archive") == before
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert "other files are in it" in refused(capsys, other)
    (tmp_path / "archive" / "archive.json").write_text("no note")
    assert "[sim.archive_other]" in refused(capsys, tmp_path / "archive")


def test_a_folder_that_cannot_be_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    told = refused(capsys, tmp_path / "file" / "archive")
    assert "cannot be written: Not a directory. [sim.archive_folder]" in told


def test_a_disk_that_takes_no_more_is_told_and_the_next_run_completes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # The limit stands for a disk that is full in the middle of a capture.
    limited = 'ulimit -f 9 && exec "$0" -m watchclock_sim archive "$@"'
    command = ["bash", "-c", limited, sys.executable, str(tmp_path), *SMALL]
    told = subprocess.run(command, stderr=subprocess.PIPE, check=False, text=True)
    assert told.returncode == 2
    assert "cannot be written: File too large. [sim.archive_folder]" in told.stderr
    assert list(tmp_path.rglob("*.part")) == []
    assert summary(capsys, tmp_path)["records"] == 3000


def test_the_command_takes_the_same_options_as_the_module(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    program = typer.Typer(add_completion=False)
    program.command()(archive)
    command = typer.main.get_command(program)
    known = {name for each in command.params for name in each.opts if name.startswith("--")}
    options = {option_name(field.name) for field in fields(ArchiveSettings)} - {"--folder"}
    with pytest.raises(SystemExit):
        sim_main(["archive", "--help"])
    help_text = capsys.readouterr().out
    assert known == options
    assert all(option in help_text for option in options)
    assert main(["sim", "archive", str(tmp_path), *SMALL, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 3000
