"""``watchclock redecode`` on folders of every kind of file, and what it takes to do so."""

import hashlib
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support import by_hand_fcard as by_hand
from tests.support.captures import capture_of
from tests.support.server_app import copied_sqlite
from tests.support.wand_downloads import (
    FcardDownload,
    card_record,
    wm5000t_download,
    wm5000t_record,
)
from watchclock.command import main
from watchclock.redecode_report import STATE_WORDS
from watchclock_protocol.capture import Lane
from watchclock_server.archive import LARGEST_CAPTURE_BYTES
from watchclock_server.intake.service import CaptureState
from watchclock_server.pieces import ProcessPool, WorkerLostError

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NIGHT = datetime.fromisoformat("2026-03-01T22:00")
CARDS = {slot: card_record(NIGHT + timedelta(minutes=slot), slot) for slot in range(1, 8)}
FCARD = FcardDownload(started=MORNING, cards=CARDS, shown=NIGHT).capture()
TOUCHES = [wm5000t_record(NIGHT + timedelta(minutes=n), 0x1000 + n) for n in range(5)]
WM5000T = wm5000t_download(TOUCHES, started=MORNING)
MEGABYTE = 1 << 20


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder as the server keeps it, with two dialects in it."""
    folder = tmp_path / "captures"
    for data in (FCARD, WM5000T):
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / sha256[:2]).mkdir(parents=True)
        (folder / sha256[:2] / f"{sha256}.pcapng").write_bytes(data)
    return folder


def redecode(
    capsys: pytest.CaptureFixture[str], archive: Path, *more: str
) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and JSON lines."""
    data = str(archive.parent / "data")
    code = main(["redecode", str(archive), "--data", data, "--workers", "1", "--json", *more])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_without_a_database_records_are_counted_by_dialect(
    capsys: pytest.CaptureFixture[str], archive: Path
) -> None:
    code, (*files, last) = redecode(capsys, archive)
    assert code == 0
    assert {file["state"] for file in files} == {"decoded"}
    assert last["total"]["dialects"] == {"fcard": 1, "wm5000t": 1}
    assert (last["total"]["records"], last["total"]["rejected"]) == (12, 0)


def test_what_is_not_stored_is_taken_in_only_when_told(
    capsys: pytest.CaptureFixture[str], archive: Path, sqlite_template: Path, tmp_path: Path
) -> None:
    url = ("--database", copied_sqlite(sqlite_template, tmp_path))
    runs = [redecode(capsys, archive, *url, *more) for more in ((), (), ("--apply",), ())]
    states = [lines[-1]["total"]["states"] for _, lines in runs]
    assert [code for code, _ in runs] == [0, 0, 0, 0]
    assert states == [{"not_stored": 2}, {"not_stored": 2}, {"taken_in": 2}, {"same": 2}]


def test_a_database_of_another_version_is_not_touched(
    capsys: pytest.CaptureFixture[str], archive: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    code, (error,) = redecode(capsys, archive, "--database", f"sqlite:///{empty}")
    assert (code, error["error"]) == (6, "server.database_outdated")
    assert not empty.read_bytes().count(b"records")


def test_people_are_told_what_is_not_as_stored(
    capsys: pytest.CaptureFixture[str], archive: Path
) -> None:
    (archive / "noise.pcapng").write_bytes(b"noise" * 20)
    code = main(["redecode", str(archive), "--without-database", "--workers", "1"])
    told = capsys.readouterr()
    assert code == 5
    assert "noise.pcapng: unusable" in told.out
    assert "Captures: 3, records: 12" in told.out
    assert f"{archive / 'noise.pcapng'}:\nThis is not a watchclock capture" in told.err


def test_every_state_has_a_word() -> None:
    assert STATE_WORDS.keys() == set(CaptureState)


def bad_files(folder: Path) -> dict[str, str]:
    """Files of every bad kind, and the code each is told with."""
    damaged = bytearray(FCARD)
    damaged[-700] ^= 1
    beginnings = {
        "zeros": (b"", 1 << 30),
        "giant-ff": (b"\xff" * 4096, 1 << 30),
        "large": (FCARD, LARGEST_CAPTURE_BYTES + 1),
        "empty": (b"", 0),
        "text": (b"dialect: fcard", 0),
        "version": (FCARD[:12] + b"\x09" + FCARD[13:], 0),
        "magic": (FCARD[:8] + b"\0\0\0\0" + FCARD[12:], 0),
        "damaged": (bytes(damaged), 0),
    }
    for name, (data, size) in beginnings.items():
        path = folder / f"{name}.pcapng"
        path.write_bytes(data)
        with path.open("r+b") as file:
            file.truncate(max(size, len(data)))
    return {
        name: {"damaged": "capture.damaged", "large": "capture.too_large"}.get(
            name, "capture.not_a_capture"
        )
        for name in beginnings
    }


def test_a_bad_file_is_named_and_stops_no_other(
    capsys: pytest.CaptureFixture[str], archive: Path
) -> None:
    expected = bad_files(archive)
    before_bytes = psutil.Process().memory_info().rss
    code, lines = redecode(capsys, archive, "--without-database")
    assert psutil.Process().memory_info().rss - before_bytes < 64 * MEGABYTE
    files = {Path(line["file"]).stem: line for line in lines if "file" in line}
    errors = {Path(line["about"][0]).stem: line["error"] for line in lines if "error" in line}
    assert code == 5
    assert errors == expected
    assert {name: files[name]["troubles"] for name in expected} == {
        name: [told] for name, told in expected.items()
    }
    assert sum(file["state"] == "decoded" for file in files.values()) == 2
    (offset,) = [line["detail"] for line in lines if line.get("error") == "capture.damaged"]
    assert "at byte" in offset


def test_a_torn_capture_is_decoded_as_far_as_it_is_whole(
    capsys: pytest.CaptureFixture[str], archive: Path
) -> None:
    (archive / "torn.pcapng").write_bytes(FCARD[:-100])
    code, lines = redecode(capsys, archive)
    (torn,) = [line for line in lines if line.get("file", "").endswith("torn.pcapng")]
    assert (code, torn["state"], torn["records"]) == (0, "decoded", 7)
    assert torn["torn_bytes"] > 0


def test_a_folder_that_is_none_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, (error,) = redecode(capsys, tmp_path / "nowhere")
    assert (code, error["error"]) == (6, "server.archive.folder")


def test_all_records_go_into_one_parquet_file(
    capsys: pytest.CaptureFixture[str], archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "records.parquet"
    code, _ = redecode(capsys, archive, "--parquet", str(target))
    reader: Any = importlib.import_module("pyarrow.parquet")
    rows: list[dict[str, Any]] = reader.read_table(target).to_pylist()
    assert code == 0
    fcard = [row for row in rows if row["dialect"] == "fcard"]
    assert [(row["slot"], row["raw"]) for row in fcard] == list(CARDS.items())
    assert [row["wand_time"] for row in fcard] == [
        NIGHT + timedelta(minutes=slot) for slot in CARDS
    ]
    assert [row["tag"] for row in fcard] == [f"rfid:{slot:06X}" for slot in CARDS]
    touches = [row for row in rows if row["dialect"] == "wm5000t"]
    assert [(row["slot"], row["raw"]) for row in touches] == [(None, raw) for raw in TOUCHES]
    assert {row["wand"] for row in rows} == {"fcard:5", "wm5000t:531932"}
    assert not list(tmp_path.glob(".parts-*"))


def test_parquet_without_its_package_names_the_extra(
    capsys: pytest.CaptureFixture[str],
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, (error,) = redecode(capsys, archive, "--parquet", str(tmp_path / "records.parquet"))
    assert (code, error["error"]) == (2, "command.missing_part")
    assert "watchclock[parquet]" in error["next_step"]


def test_a_parquet_file_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "nowhere" / "records.parquet"
    code, (error,) = redecode(capsys, archive, "--parquet", str(target))
    assert (code, error["error"]) == (2, "command.parquet")


def large_capture() -> bytes:
    """A capture of 4 MB, 120,000 records of one wand, a thousand pages a chunk."""

    def spoken() -> Iterator[tuple[Lane, bytes]]:
        count, page = 120_000, 7
        pointers = by_hand.pointers((200_000, count, 0, False), (1_000, 0, 0, False))
        yield Lane.TO_WAND, by_hand.frame(7, 1, 0x01, 0x01)
        yield Lane.FROM_WAND, by_hand.frame(7, 1, 0x31, 0x01, b"\x07")
        yield Lane.TO_WAND, by_hand.frame(7, 2, 0x04, 0x01)
        yield Lane.FROM_WAND, by_hand.frame(7, 2, 0x34, 0x01, pointers)
        yield Lane.TO_WAND, by_hand.frame(7, 3, 0x04, 0x06, by_hand.read_range(1, 1, count))
        pages: list[bytes] = []
        for start in range(1, count + 1, page):
            slots = range(start, min(start + page, count + 1))
            records = [
                (slot, by_hand.card_record(1, NIGHT + timedelta(seconds=slot), 0, slot))
                for slot in slots
            ]
            pages.append(by_hand.frame(7, 3, 0x34, 0x06, by_hand.page(records)))
            if len(pages) == 1000 or slots[-1] == count:
                yield Lane.FROM_WAND, b"".join(pages)
                pages = []

    return capture_of(*spoken(), dialect="fcard")


def most_bytes_of_tree(command: list[str], folder: Path) -> tuple[int, str]:
    """The most memory a program and its children took together, and what it said."""
    most = 0
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as program:
        watched = psutil.Process(program.pid)
        while program.poll() is None:
            most = max(
                most, sum(map(resident_bytes, [watched, *watched.children(recursive=True)]))
            )
            time.sleep(0.02)
        assert program.stdout is not None
        return most, program.stdout.read()


def resident_bytes(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


@pytest.mark.parametrize("more", [["--workers", "2"], ["--parquet", "records.parquet"]])
def test_memory_does_not_grow_with_the_archive(tmp_path: Path, more: list[str]) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    data = large_capture()
    assert len(data) > 2 * MEGABYTE
    for number in range(6):
        (folder / f"{number}.pcapng").write_bytes(data)
    command = [sys.executable, "-m", "watchclock", "redecode", str(folder), "--json"]
    command += ["--without-database", "--data", str(tmp_path / "data")]
    command += more
    most, said = most_bytes_of_tree(command, tmp_path)
    assert json.loads(said.splitlines()[-1])["total"]["records"] == 6 * 120_000
    assert most < 512 * MEGABYTE


def die(_piece: int) -> None:
    psutil.Process().kill()


def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(WorkerLostError):
        list(ProcessPool(1).each(die, [1]))
