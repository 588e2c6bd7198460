"""``watchclock redecode`` interrupted by a person, and on a file somebody is still writing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.server_app import copied_sqlite
from tests.support.wand_downloads import FcardDownload, card_record
from watchclock.command import main
from watchclock_protocol.capture import capture_name

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NIGHT = datetime.fromisoformat("2026-03-01T22:00")
WANDS = 24
RECORDS = 200


def download_of(number: int) -> bytes:
    cards = {
        slot: card_record(NIGHT + timedelta(seconds=slot), slot) for slot in range(1, RECORDS + 1)
    }
    return FcardDownload(started=MORNING, number=number, cards=cards, shown=NIGHT).capture()


def stored_records(database: Path) -> int:
    with closing(sqlite3.connect(database)) as rows:
        (count,) = rows.execute("SELECT count(*) FROM records").fetchone()
        return int(count)


def test_ctrl_c_ends_it_without_a_traceback_and_the_next_run_takes_in_the_rest(
    tmp_path: Path, sqlite_template: Path
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(1, WANDS + 1):
        data = download_of(number)
        (folder / f"{capture_name(data)}.pcapng").write_bytes(data)
    url = copied_sqlite(sqlite_template, tmp_path)
    options = ["--database", url, "--data", str(tmp_path), "--apply", "--json", "--workers", "2"]
    command = [sys.executable, "-m", "watchclock", "redecode", str(folder), *options]
    # Started in the background this test may ignore Ctrl-C itself, which a child would inherit.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        signal.signal(signal.SIGINT, ours)
        assert program.stdout is not None
        assert json.loads(program.stdout.readline())["state"] == "taken_in"
        os.killpg(program.pid, signal.SIGINT)  # as a terminal does, to the workers too
        _, said = program.communicate(timeout=60)
    assert program.returncode == 130
    assert "Traceback" not in said
    stored = stored_records(tmp_path / "watchclock.sqlite")
    assert stored % RECORDS == 0  # a capture is taken in whole or not at all
    assert main(["redecode", str(folder), *options[:-1], "1"]) == 0
    assert stored_records(tmp_path / "watchclock.sqlite") == WANDS * RECORDS


def test_a_file_that_grows_while_it_is_read_is_told_as_far_as_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    whole = download_of(1)
    growing = folder / "growing.pcapng"
    with growing.open("wb", buffering=0) as file:
        file.write(whole[: len(whole) // 3])

        def go_on() -> None:
            for start in range(len(whole) // 3, len(whole), 97):
                file.write(whole[start : start + 97])

        writer = Thread(target=go_on)
        writer.start()
        counts = [redecoded(folder, tmp_path, capsys) for _ in range(3)]
        writer.join()
    counts.append(redecoded(folder, tmp_path, capsys))
    assert counts == sorted(counts)
    assert 0 < counts[0] <= counts[-1] == RECORDS


def redecoded(folder: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """How many records it tells."""
    options = ["--without-database", "--data", str(data), "--workers", "1", "--json"]
    main(["redecode", str(folder), *options])
    rows: list[dict[str, Any]] = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    (total,) = [row["total"] for row in rows if "total" in row]
    return int(total["records"])
