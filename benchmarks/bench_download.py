"""A full fcard wand over a pty paced like the real line: time against its bytes, and memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.wands import running_wand
from watchclock_protocol.capture import Chunk, read_capture
from watchclock_protocol.replay import replay

RECORDS = 20_000
BAUD = 115_200
BITS_A_BYTE = 10
MEGABYTE = 1_000_000
WAND = ("fcard", "--pty", "--records", str(RECORDS), "--baud", str(BAUD))


def measured_download(address: str, spool: Path) -> dict[str, Any]:
    """The command's JSON and what its process measured of itself."""
    command = [sys.executable, "-m", "tests.support.measured_command"]
    arguments = ["download", address, "--dialect", "fcard", "--spool", str(spool), "--json"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout.splitlines()[-1]) | json.loads(done.stderr.splitlines()[-1])
    return cast("dict[str, Any]", measured)


def bench_download_20000_fcard_records(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with running_wand(*WAND) as wand:
        measured: dict[str, Any] = benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
            measured_download, (wand.address, tmp_path), rounds=1
        )
    capture = read_capture(Path(measured["path"]).read_bytes())
    size_bytes = sum(len(block.data) for block in capture.blocks if isinstance(block, Chunk))
    bytes_need_s = size_bytes * BITS_A_BYTE / BAUD
    grown_bytes = measured["most_bytes"] - measured["idle_bytes"]
    assert measured["is_acknowledged"]
    assert len(replay(capture).records) == RECORDS
    benchmark.extra_info["ratios"] = {
        "link_time": measured["seconds"] / bytes_need_s,
        "memory_mb": grown_bytes / MEGABYTE,
    }
