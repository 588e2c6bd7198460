"""The folder captures live in from the first byte until the server has answered.

    SPOOL/open/<started>-<random>.pcapng       a download is running, or its process died
    SPOOL/closed/<sha256>.pcapng               waiting for the server
    SPOOL/sent/<sha256>.pcapng, .receipt.json  the server has it
    SPOOL/aside/                               torn tails, damaged files, and captures in which no
                                               wand told its number: kept, never sent

Nothing here is ever deleted. An open capture is locked by its process; what is unlocked was left
behind by a process that died, and ``recover`` finishes it.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from watchclock_device.clocks import Clocks
from watchclock_device.disk import (
    append,
    require_space,
    synchronize_folder,
    translated,
    write_durably,
)
from watchclock_device.open_capture import OpenCapture, try_lock
from watchclock_protocol.capture import (
    Capture,
    CaptureAbout,
    CaptureWriter,
    Step,
    StepName,
    StepState,
    capture_name,
    read_capture,
)
from watchclock_protocol.errors import CaptureError

__all__ = ["Spool"]

_RESERVE_BYTES: Final = 16 * 1024 * 1024
"""Several times what the fullest known wand needs (20,000 fcard records are about 1 MB)."""

_SUFFIX: Final = ".pcapng"


class Spool:
    """The captures of one dock."""

    def __init__(self, folder: Path, clocks: Clocks) -> None:
        self.folder = folder
        self._clocks = clocks
        self._open = folder / "open"
        self._closed = folder / "closed"
        self._sent = folder / "sent"
        self._aside = folder / "aside"
        with translated(folder):
            for part in (self._open, self._closed, self._sent, self._aside):
                part.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def begin(self, about: CaptureAbout) -> Generator[OpenCapture]:
        """A new open capture, locked while the block runs; nothing was sent to a wand yet.

        Raises:
            DiskFullError: the disk would not hold a full wand's capture.
            SpoolError: the folder cannot be written.
        """
        with translated(self.folder):
            require_space(self.folder, _RESERVE_BYTES)
        started = datetime.fromtimestamp(about.started_utc_ns // 1_000_000_000, UTC)
        name = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}{_SUFFIX}"
        with closing(OpenCapture(self._open / name, about, self._clocks)) as capture:
            yield capture

    def finish(self, capture: OpenCapture) -> Path:
        """Where the capture lies now that its last step is written.

        Raises:
            SpoolError: it could not be moved and stays open; ``recover`` moves it later.
        """
        with translated(self.folder):
            is_identified = capture.is_done(StepName.IDENTIFY)
            return self._move(capture.path, capture.sha256, is_identified=is_identified)

    def holds(self, sha256: str) -> bool:
        """Whether a closed capture of this content is here, sent or not."""
        return self._find(sha256) is not None

    def put(self, data: bytes, *, is_identified: bool) -> Path:
        """Where a capture lies that was closed before it came here; where it lay if it is known.

        Raises:
            DiskFullError: the disk would not hold it.
            SpoolError: it could not be stored.
        """
        with translated(self.folder):
            sha256 = capture_name(data)
            known = self._find(sha256)
            if known is not None:
                return known
            require_space(self.folder, len(data) + _RESERVE_BYTES)
            folder = self._closed if is_identified else self._aside
            path = folder / f"{sha256}{_SUFFIX}"
            write_durably(path, data)
            return path

    def recover(self) -> list[Path]:
        """Finishes every open capture whose process is gone; where they lie now.

        Raises:
            SpoolError: a file could not be finished; it is untouched or finished later.
        """
        with translated(self.folder):
            abandoned = sorted(self._open.glob(f"*{_SUFFIX}"))
            abandoned += sorted(self._open.glob("*.new"))
            return [moved for path in abandoned if (moved := self._recover(path)) is not None]

    def waiting(self) -> list[Path]:
        """The captures the server has not answered for, oldest first."""
        with translated(self.folder):
            return sorted(self._closed.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)

    def mark_sent(self, path: Path, receipt: bytes) -> Path:
        """Where a waiting capture lies now that the server has answered with ``receipt``."""
        with translated(self.folder):
            write_durably(self._sent / f"{path.stem}.receipt.json", receipt)
            return _rename(path, self._sent / path.name)

    def _find(self, sha256: str) -> Path | None:
        places = (self._closed, self._sent, self._aside)
        found = (folder / f"{sha256}{_SUFFIX}" for folder in places)
        return next((path for path in found if path.exists()), None)

    def _recover(self, path: Path) -> Path | None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            return None
        try:
            if not try_lock(descriptor) or not _is_still(path, descriptor):
                return None
            return self._finish_abandoned(path, descriptor)
        finally:
            os.close(descriptor)

    def _finish_abandoned(self, path: Path, descriptor: int) -> Path:
        data = path.read_bytes()
        try:
            capture = read_capture(data)
            if not capture.is_closed:
                data = self._close_abandoned(path, descriptor, data, capture)
                capture = read_capture(data)
        except CaptureError:
            return _rename(path, self._aside / path.name)
        return self._move(path, capture_name(data), is_identified=_is_identified(capture))

    def _close_abandoned(
        self, path: Path, descriptor: int, data: bytes, capture: Capture
    ) -> bytes:
        whole = data[: capture.whole_bytes]
        torn = data[capture.whole_bytes :]
        writer = CaptureWriter.resume(whole)
        if torn:
            write_durably(self._aside / f"{path.name}.torn", torn)
            os.ftruncate(descriptor, len(whole))
        now_ns = self._clocks.utc_ns()
        end = writer.step(StepName.RECOVER, StepState.DONE, now_ns, {"torn_bytes": len(torn)})
        end += writer.step(StepName.CLOSE, StepState.DONE, now_ns, {"outcome": "recovered"})
        append(descriptor, end)
        os.fsync(descriptor)
        return whole + end

    def _move(self, path: Path, sha256: str, *, is_identified: bool) -> Path:
        folder = self._closed if is_identified else self._aside
        return _rename(path, folder / f"{sha256}{_SUFFIX}")


def _is_identified(capture: Capture) -> bool:
    """Whether the server can know whose records these are."""
    return any(
        isinstance(block, Step)
        and block.name is StepName.IDENTIFY
        and block.state is StepState.DONE
        for block in capture.blocks
    )


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the name still means the locked file; its owner may just have moved it away."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _rename(path: Path, target: Path) -> Path:
    path.rename(target)
    synchronize_folder(target.parent)
    synchronize_folder(path.parent)
    return target
