"""Generating an archive of captures, over a plain write of the same bytes to as many files.

The shape is that of the year of a fleet: 274 records a capture, three dialects mixed. The plain
write takes the bytes from memory and gives every file its name at once.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from time import perf_counter

from pytest_benchmark.fixture import BenchmarkFixture

from watchclock_protocol.capture import read_capture
from watchclock_protocol.replay import replay
from watchclock_sim.archive.generate import Summary, generate
from watchclock_sim.archive.settings import ArchiveSettings

RECORDS = 800_000
WANDS = 20
NIGHTS = 146
ROUNDS = 2
SAMPLE = 97
"""One capture in so many is decoded and compared."""


def settings(folder: Path) -> ArchiveSettings:
    return ArchiveSettings(folder=folder, wands=WANDS, nights=NIGHTS, records=RECORDS)


def timed(folder: Path, act: Callable[[Path], object]) -> float:
    """Seconds it takes to fill a folder that is not there yet."""
    shutil.rmtree(folder, ignore_errors=True)
    began = perf_counter()
    act(folder)
    return perf_counter() - began


def generated(folder: Path) -> Summary:
    *_, total = generate(settings(folder))
    return total


def plain_write(contents: dict[str, bytes]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for name in {Path(name).parent for name in contents}:
            (folder / name).mkdir(parents=True)
        for name, data in contents.items():
            (folder / name).write_bytes(data)

    return write


def compared(folder: Path, rows: list[dict[str, object]]) -> int:
    """How many captures of the sample say exactly what their row of the truth says."""
    alike = 0
    for row in rows:
        capture = read_capture((folder / str(row["capture"])).read_bytes())
        download = replay(capture)
        kinds = Counter(str(each.record.kind) for each in download.records)
        found = (len(download.records), dict(kinds), download.is_complete, download.rejected)
        alike += found == (row["records"], row["kinds"], True, ())
    return alike


def bench_archive(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    total = generated(tmp_path / "first")
    truth = (tmp_path / "first" / "truth.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, truth) if row["capture"]]
    assert total.records + total.overwritten == RECORDS
    assert sum(row["records"] for row in rows) == total.records
    sample = rows[::SAMPLE]
    assert compared(tmp_path / "first", sample) == len(sample) > 20
    contents = {
        str(path.relative_to(tmp_path / "first")): path.read_bytes()
        for path in (tmp_path / "first").rglob("*.pcapng")
    }
    assert len(contents) == total.captures == len(rows)
    plain_s: list[float] = []

    def write_plainly() -> None:
        plain_s.extend(timed(tmp_path / "plain", plain_write(contents)) for _ in range(ROUNDS))

    def generate_again() -> None:
        timed(tmp_path / "again", generated)

    benchmark.pedantic(generate_again, setup=write_plainly, rounds=ROUNDS)  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
    if benchmark.stats is not None:
        # Means, not bests: of two that differ so much in length, the short one meets a quiet
        # moment of a shared machine more easily.
        ratio = benchmark.stats.stats.mean / fmean(plain_s)
        benchmark.extra_info["ratios"] = {"plain": ratio}
        benchmark.extra_info["records_a_second"] = RECORDS / benchmark.stats.stats.min
