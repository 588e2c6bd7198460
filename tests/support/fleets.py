"""A fleet in a process of its own, downloaded by many workers with the real device code."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil

from tests.support.docks import download_from
from watchclock_protocol.capture import read_capture
from watchclock_protocol.records import PatrolRecord
from watchclock_protocol.replay import replay

__all__ = ["Fleet", "differences", "download_all", "running_fleet"]

Held = tuple[str, Counter[tuple[str, str]]]
"""A wand's key and its touches, tag and wand time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A running fleet.

    Attributes:
        process: its process.
        addresses: of all wands.
        truth: what each wand holds, by address.
    """

    process: psutil.Process
    addresses: Sequence[str]
    truth: dict[str, Held]

    @property
    def cpu_s(self) -> float:
        """Processor time it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def peak_mb(self) -> float:
        """The most memory it ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [each for each in status.splitlines() if each.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024


@contextmanager
def running_fleet(folder: Path, *options: str) -> Generator[Fleet]:
    """A fleet until the block ends.

    Args:
        folder: for the truth.
        options: of the command.
    """
    command = [sys.executable, "-m", "watchclock_sim", "fleet", "--json"]
    command += ["--truth", str(folder / "truth.jsonl"), *options]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            addresses = [wand["address"] for wand in ready["wands"]]
            truth = dict(map(_held_in_truth, (folder / "truth.jsonl").read_text().splitlines()))
            yield Fleet(process=psutil.Process(process.pid), addresses=addresses, truth=truth)
        finally:
            process.terminate()


def _held_in_truth(line: str) -> tuple[str, Held]:
    told = json.loads(line)
    touches = Counter((tag, shown) for tag, _, shown in told["touches"])
    return told["address"], (told["wand"], touches)


def download_all(
    addresses: Sequence[str], folder: Path, *, processes: int, threads: int
) -> list[tuple[str, str]]:
    """Download every wand; addresses and what went wrong with them.

    Args:
        addresses: of the wands.
        folder: a spool is made in it for each thread.
        processes: how many.
        threads: how many in each.
    """
    parts = [addresses[place::processes] for place in range(processes)]
    work = partial(_download_part, folder, threads)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [trouble for found in pool.map(work, enumerate(parts)) for trouble in found]


def _download_part(
    folder: Path, threads: int, part: tuple[int, Sequence[str]]
) -> list[tuple[str, str]]:
    number, addresses = part
    shares = [addresses[place::threads] for place in range(threads)]
    work = partial(_download_share, folder, number)
    with ThreadPoolExecutor(threads) as pool:
        return [trouble for found in pool.map(work, enumerate(shares)) for trouble in found]


def _download_share(
    folder: Path, number: int, share: tuple[int, Sequence[str]]
) -> list[tuple[str, str]]:
    place, addresses = share
    troubles: list[tuple[str, str]] = []
    for address in addresses:
        try:
            download_from(address, folder / f"{number}-{place}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            troubles.append((address, repr(error)))
    return troubles


def differences(fleet: Fleet, folder: Path) -> list[str]:
    """How what was downloaded is unlike the truth: wands, records lost, records twice."""
    found: dict[str, Held] = {}
    unlike: list[str] = []
    for path in folder.glob("*/closed/*.pcapng"):
        capture = read_capture(path.read_bytes())
        download = replay(capture)
        address = capture.about.address.partition("?")[0]
        records = [each.record for each in download.records]
        patrols = [record for record in records if isinstance(record, PatrolRecord)]
        keys = {
            (each.record.kind, each.record.slot, each.record.raw, each.rank)
            for each in download.records
        }
        if len(keys) != len(records) or not download.is_complete:
            unlike.append(f"{address}: {len(records)} records, {len(keys)} keys")
        if address in found:
            unlike.append(f"{address} was downloaded twice")
        key = "" if download.identity is None else download.identity.key
        found[address] = (
            key,
            Counter((str(p.tag), str(p.time.civil and p.time.civil.isoformat())) for p in patrols),
        )
    for address, (key, touches) in fleet.truth.items():
        told_key, told = found.get(address, ("", Counter()))
        if told_key != key:
            unlike.append(f"{address}: {told_key or 'nobody'} where {key} is")
        elif told != touches and not _is_partial(key, told, touches):
            unlike.append(
                f"{address}: {(touches - told).total()} lost, {(told - touches).total()} too many"
            )
    return unlike


def _is_partial(
    key: str, told: Counter[tuple[str, str]], touches: Counter[tuple[str, str]]
) -> bool:
    """Wands that keep a part of each tag are compared by times."""
    if key.startswith(("vs:", "fcard:")):
        return False
    return _times(told) == _times(touches)


def _times(touches: Counter[tuple[str, str]]) -> Counter[str]:
    times: Counter[str] = Counter()
    for (_, shown), count in touches.items():
        times[shown] += count
    return times
