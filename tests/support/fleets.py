"""A fleet in a process of its own, downloaded by many workers with the real device code."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from tests.support.docks import download_from
from tests.support.usbip_docks import PeerDriver
from watchclock_protocol.capture import read_capture
from watchclock_protocol.errors import CodedError
from watchclock_protocol.records import PatrolRecord, RecordKind
from watchclock_protocol.replay import replay

__all__ = ["Fleet", "differences", "download_all", "running_fleet"]

ATTEMPTS = 5
Place = tuple[str, str]
"""An address and the dialect spoken there."""
Key = tuple[RecordKind, int | None, bytes, int]
Held = tuple[str, Counter[tuple[str, str]]]
"""A wand's key and its touches, tag and wand time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A running fleet.

    Attributes:
        process: its process.
        addresses: of all wands.
        truth: what each wand holds, by address.
        server: where its USB/IP server listens, ``HOST:PORT``; empty without one.
    """

    process: psutil.Process
    addresses: Sequence[str]
    truth: dict[str, Held]
    server: str = ""

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
            server = ready.get("usbip", "")
            addresses = [_address(wand, server) for wand in ready["wands"]]
            rows = map(json.loads, (folder / "truth.jsonl").read_text().splitlines())
            truth = {_address(row, server): _held(row) for row in rows}
            yield Fleet(
                process=psutil.Process(process.pid),
                addresses=addresses,
                truth=truth,
                server=server,
            )
        finally:
            process.terminate()


def _address(told: dict[str, Any], server: str) -> str:
    """Where a wand is downloaded; several on a USB bus may have one address of their own."""
    return f"usbip:{server}:{told['bus_id']}" if server else str(told["address"])


def _held(row: dict[str, Any]) -> Held:
    if "identity" not in row:
        return row["wand"], Counter((tag, shown) for tag, _, shown in row["touches"])
    kept = [touch for touch in row["touches"] if touch["is_kept"]]
    shown = Counter((each["tag"], each["wand_time"].partition(".")[0]) for each in kept)
    return row["identity"], shown


def download_all(
    fleet: Fleet, addresses: Sequence[str], folder: Path, *, processes: int, threads: int
) -> list[tuple[str, str]]:
    """Download wands of the fleet; addresses and what went wrong with them.

    A wand that does not answer in time, because the machine is crowded, is tried again, as who
    stands at a dock does.

    Args:
        fleet: whose wands they are.
        addresses: of the wands.
        folder: a spool is made in it for each thread.
        processes: how many.
        threads: how many in each.
    """
    places = [(address, fleet.truth[address][0].partition(":")[0]) for address in addresses]
    parts = [places[number::processes] for number in range(processes)]
    work = partial(_download_part, folder, threads)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [trouble for found in pool.map(work, enumerate(parts)) for trouble in found]


def _download_part(
    folder: Path, threads: int, part: tuple[int, Sequence[Place]]
) -> list[tuple[str, str]]:
    number, places = part
    work = partial(_download_share, folder, number)
    shares = [places[place::threads] for place in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        return [trouble for found in pool.map(work, enumerate(shares)) for trouble in found]


def _download_share(
    folder: Path, number: int, share: tuple[int, Sequence[Place]]
) -> list[tuple[str, str]]:
    thread, places = share
    spool = folder / f"{number}-{thread}"
    return [
        (address, trouble)
        for address, dialect in places
        if (trouble := _download(address, dialect, spool)) is not None
    ]


def _download(address: str, dialect: str, spool: Path) -> str | None:
    """What went wrong in the last attempt, None when nothing did."""
    trouble: str | None = None
    for _ in range(ATTEMPTS):
        try:
            download_from(address, spool, dialect=dialect, also=[PeerDriver()])
        except CodedError as error:
            trouble = f"{error} [{error.code}]"
        else:
            return None
    return trouble


def differences(fleet: Fleet, folder: Path) -> list[str]:
    """How what was downloaded is unlike the truth: wands, records lost, records twice.

    Records are told apart by their natural keys, so one that an attempt read again is one.
    """
    keyed: defaultdict[str, dict[Key, PatrolRecord]] = defaultdict(dict)
    wands: defaultdict[str, set[str]] = defaultdict(set)
    for path in folder.glob("*/closed/*.pcapng"):
        capture = read_capture(path.read_bytes())
        download = replay(capture)
        address = capture.about.address.partition("?")[0]
        wands[address] |= set() if download.identity is None else {download.identity.key}
        keyed[address] |= {
            (each.record.kind, each.record.slot, each.record.raw, each.rank): each.record
            for each in download.records
            if isinstance(each.record, PatrolRecord)
        }
    unlike: list[str] = []
    for address, (key, touches) in fleet.truth.items():
        told = Counter(map(_told, keyed[address].values()))
        if wands[address] != {key}:
            unlike.append(f"{address}: {wands[address] or 'nobody'} where {key} is")
        elif told != touches and not _is_partial(key, told, touches):
            lost, surplus = (touches - told).total(), (told - touches).total()
            unlike.append(f"{address}: {lost} lost, {surplus} too many")
    return unlike


def _told(record: PatrolRecord) -> tuple[str, str]:
    civil = record.time.civil
    return str(record.tag), "" if civil is None else civil.isoformat()


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
