"""Starts simulated wands as processes of their own, as a person would, and stops them by pid."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_S = 10


@dataclass(frozen=True)
class RunningWand:
    """A simulated wand that is ready.

    Attributes:
        address: where ``watchclock download`` finds it, ``serial:PATH`` or ``tcp:HOST:PORT``.
        identity: ``dialect:number``.
        process: the wand's process.
        usbip: TCP port and bus id, where it is exported over USB/IP; None where it is not.
    """

    address: str
    identity: str
    process: subprocess.Popen[str]
    usbip: tuple[int, str] | None = None

    @property
    def path(self) -> Path:
        """The device path of a wand on a pty."""
        return Path(self.address.removeprefix("serial:"))

    def stop(self) -> int:
        """End the wand in good order; its exit code."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
        code = self.process.wait(STOP_TIMEOUT_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def start_wand(arguments: Sequence[str], errors: Path | None = None) -> RunningWand:
    """Start ``python -m watchclock_sim`` with these arguments and wait until it is ready.

    Args:
        arguments: for example ``["fcard", "--pty", "--records", "10"]``.
        errors: file for what it logs; None lets it through to the test's own standard error.

    Raises:
        RuntimeError: it ended before it was ready.
    """
    command = [sys.executable, "-m", "watchclock_sim", *arguments, "--json"]
    folders = ("protocol", "firmware_sim")
    paths = os.pathsep.join(str(ROOT / folder) for folder in folders)
    with (errors or Path(os.devnull)).open("a") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=log if errors else None,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.stdout.close()
        raise RuntimeError(f"{command} ended with {process.wait(STOP_TIMEOUT_S)}")
    ready = json.loads(line)
    usbip = None
    if "usbip" in ready:
        usbip = int(ready["usbip"].rpartition(":")[2]), ready["bus_id"]
    return RunningWand(ready["address"], ready["identity"], process, usbip)


@contextmanager
def running_wand(*arguments: str, errors: Path | None = None) -> Generator[RunningWand]:
    """A wand that runs as long as the block: ``with running_wand("fcard", "--pty") as wand``."""
    wand = start_wand(arguments, errors)
    try:
        yield wand
    finally:
        wand.stop()
