"""A spool whose clock a test owns, and captures to put into it."""

from collections.abc import Mapping
from pathlib import Path

from watchclock_device.clocks import Clocks
from watchclock_device.open_capture import OpenCapture
from watchclock_device.spool import Spool
from watchclock_protocol.capture import CaptureAbout, JsonValue, Lane, StepName, StepState

__all__ = ["ABOUT", "NOW_NS", "VIRTUAL_CLOCKS", "closed_capture", "everything_in", "fill"]

NOW_NS = 1_795_249_800_000_000_000
VIRTUAL_CLOCKS = Clocks(utc_ns=lambda: NOW_NS, monotonic_s=lambda: 0.0, sleep_s=lambda _: None)
ABOUT = CaptureAbout(
    dialect="wm5000t",
    address="serial:/dev/ttyUSB0",
    software="watchclock test",
    time_zone="Asia/Shanghai",
    started_utc_ns=NOW_NS,
)
IDENTIFIED: Mapping[str, JsonValue] = {"wand": "wm5000t:531932"}


def fill(capture: OpenCapture, mark: bytes = b"\x55") -> None:
    """An identified wand and one chunk, not closed."""
    capture.step(StepName.IDENTIFY, StepState.BEGUN)
    capture.chunk(Lane.FROM_WAND, mark, NOW_NS)
    capture.step(StepName.IDENTIFY, StepState.DONE, IDENTIFIED)


def closed_capture(spool: Spool, mark: bytes = b"\x55") -> Path:
    """A finished capture, waiting for the server; captures with other marks are others."""
    with spool.begin(ABOUT) as capture:
        fill(capture, mark)
        capture.step(StepName.CLOSE, StepState.DONE)
        return spool.finish(capture)


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file of the spool by its path inside it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
