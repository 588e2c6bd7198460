"""One capture while it is being written: locked, appended to, checked by reading it again."""

import fcntl
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from watchclock_device.clocks import Clocks
from watchclock_device.disk import append, synchronize_folder, translated
from watchclock_device.errors import CaptureTooLargeError, VerificationError
from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    JsonValue,
    Lane,
    StepName,
    StepState,
)

__all__ = ["LARGEST_CAPTURE_BYTES", "OpenCapture", "try_lock"]

LARGEST_CAPTURE_BYTES: Final = 63 * 2**20
"""A little less than a server takes, so that the closing steps find room."""


class OpenCapture:
    """A capture a download writes into. The lock ends with ``close`` or with the process.

    Every method that writes raises ``SpoolError`` or ``DiskFullError``; afterwards the object is
    of no use, and the file is finished by ``Spool.recover``.
    """

    def __init__(self, path: Path, about: CaptureAbout, clocks: Clocks) -> None:
        self.path = path
        self._clocks = clocks
        self._writer = CaptureWriter(about)
        self._written = hashlib.sha256()
        self._size_bytes = 0
        self._done: set[StepName] = set()
        with translated(path.parent):
            # Born under another name and locked first, so that nobody takes it for abandoned.
            new = path.with_suffix(".new")
            self._descriptor = os.open(
                new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600
            )
            try:
                try_lock(self._descriptor)
                self._append(self._writer.begin())
                new.rename(path)
                synchronize_folder(path.parent)
            except OSError:
                self.close()
                raise

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> None:
        """Bytes that cross the link are in the file, and survive the death of this process.

        Raises:
            CaptureTooLargeError: no wand holds so much, and no server would take it.
        """
        if self._size_bytes + len(data) > LARGEST_CAPTURE_BYTES:
            raise CaptureTooLargeError(limit_mb=LARGEST_CAPTURE_BYTES // 2**20)
        with translated(self.path.parent):
            self._append(self._writer.chunk(lane, data, utc_ns))

    def step(
        self, name: StepName, state: StepState, facts: Mapping[str, JsonValue] | None = None
    ) -> None:
        """The step is in the file and on disk, with everything before it."""
        with translated(self.path.parent):
            self._append(self._writer.step(name, state, self._clocks.utc_ns(), facts or {}))
            os.fsync(self._descriptor)
        if state is StepState.DONE:
            self._done.add(name)

    @property
    def sha256(self) -> str:
        """SHA-256 of everything written so far, hexadecimal."""
        return self._written.hexdigest()

    def is_done(self, name: StepName) -> bool:
        """Whether this step was journaled as done."""
        return name in self._done

    def read_again(self) -> bytes:
        """The file as it is on disk now.

        Raises:
            VerificationError: that is not what was written.
        """
        with translated(self.path.parent):
            os.fsync(self._descriptor)
            # Otherwise the answer comes from memory and says nothing about the disk.
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            data = self.path.read_bytes()
        if hashlib.sha256(data).digest() != self._written.digest():
            raise VerificationError(reason="the disk gave back other bytes")
        return data

    def synchronize(self) -> None:
        """The file and its name survive a power loss."""
        with translated(self.path.parent):
            os.fsync(self._descriptor)
            synchronize_folder(self.path.parent)

    def close(self) -> None:
        """The lock is gone; what is in the file stays."""
        os.close(self._descriptor)

    def _append(self, data: bytes) -> None:
        append(self._descriptor, data)
        self._written.update(data)
        self._size_bytes += len(data)


def try_lock(descriptor: int) -> bool:
    """Whether the file is ours now; False when another living process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
