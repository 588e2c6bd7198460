"""Downloads as the command does them, but without waiting for whole seconds."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from watchclock_device.clocks import SYSTEM_CLOCKS, Clocks
from watchclock_device.discovery import Discovery
from watchclock_device.docking import Docking
from watchclock_device.links import PortDriver
from watchclock_device.registry import load_drivers
from watchclock_device.results import DownloadResult, SilentProgress
from watchclock_device.spool import Spool
from watchclock_protocol.capture import Capture, Step, StepName, StepState, read_capture
from watchclock_protocol.replay import DecodedDownload, replay

__all__ = [
    "HASTY_CLOCKS",
    "NaturalKey",
    "captures_in",
    "decoded_in",
    "download_from",
    "exit_of_child",
    "limit_file_size",
    "natural_keys",
    "open_spool",
    "running_child",
    "vainly_acknowledged",
    "wait_for",
]

HASTY_CLOCKS = Clocks(
    utc_ns=SYSTEM_CLOCKS.utc_ns, monotonic_s=SYSTEM_CLOCKS.monotonic_s, sleep_s=lambda _: None
)
PATIENT_S = 10.0

NaturalKey = tuple[str, str, int | None, bytes, int]


def open_spool(folder: Path) -> Spool:
    """A spool whose abandoned captures were finished, as every command begins."""
    spool = Spool(folder, HASTY_CLOCKS)
    spool.recover()
    return spool


def download_from(
    where: str,
    folder: Path,
    *,
    dialect: str | None = None,
    keep: bool = False,
    wait_s: float = 0.0,
    also: Iterable[PortDriver] = (),
) -> DownloadResult:
    """A download into the spool in ``folder``; raises what the command would tell.

    Args:
        where: the address.
        folder: of the spool.
        dialect: what the wand speaks, where that is known.
        keep: the records stay in the wand.
        wait_s: how long a wand may be away.
        also: drivers besides those that are installed.
    """
    drivers = {**load_drivers(), **{driver.scheme: driver for driver in also}}
    discovery = Discovery(drivers, HASTY_CLOCKS)
    docking = Docking(discovery, open_spool(folder), HASTY_CLOCKS, SilentProgress())
    return docking.download(where, dialect=dialect, keep=keep, wait_s=wait_s)


def captures_in(folder: Path) -> list[Capture]:
    """Every finished capture of the spool, oldest first."""
    paths = [path for part in ("closed", "sent") for path in (folder / part).glob("*.pcapng")]
    paths.sort(key=lambda path: path.stat().st_mtime_ns)
    return [read_capture(path.read_bytes()) for path in paths]


def decoded_in(folder: Path) -> list[DecodedDownload]:
    """What every finished capture of the spool says, oldest first."""
    return [replay(capture) for capture in captures_in(folder)]


def natural_keys(folder: Path) -> set[NaturalKey]:
    """The records of all finished captures of the spool, each once."""
    return {
        (
            "" if decoded.identity is None else decoded.identity.key,
            str(keyed.record.kind),
            keyed.record.slot,
            keyed.record.raw,
            keyed.rank,
        )
        for decoded in decoded_in(folder)
        for keyed in decoded.records
    }


def vainly_acknowledged(folder: Path) -> list[Capture]:
    """Captures in which acknowledging was begun although records were missing."""
    begun = (StepName.ACKNOWLEDGE, StepState.BEGUN)
    return [
        capture
        for capture in captures_in(folder)
        if not replay(capture).is_complete
        and begun in [(s.name, s.state) for s in capture.blocks if isinstance(s, Step)]
    ]


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds; fails when it never does."""
    end = time.monotonic() + PATIENT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(condition)
        time.sleep(0.001)


def exit_of_child(action: Callable[[], int]) -> int:
    """Exit code of a process of its own that runs ``action``; minus the signal that killed it."""
    _, status = os.waitpid(_fork(action), 0)
    return os.waitstatus_to_exitcode(status)


@contextmanager
def running_child(action: Callable[[], int]) -> Generator[None]:
    """A process of its own that runs ``action`` until the block ends."""
    child = _fork(action)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _fork(action: Callable[[], int]) -> int:
    child = os.fork()
    if child != 0:
        return child
    code = 99
    try:
        code = action()
    finally:
        sys.stdout.flush()
        os._exit(code)


def limit_file_size(size_bytes: int) -> None:
    """This process cannot make a file longer: to it, the disk is full there."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))
