"""Durable writes, with the system's errors turned into ours at the one place that makes them."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from watchclock_device.errors import DiskFullError, SpoolError

__all__ = ["append", "require_space", "synchronize_folder", "translated", "write_durably"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def translated(folder: Path) -> Generator[None]:
    """Turns errors of the file system into errors of the spool.

    Raises:
        DiskFullError: no space, or none the user may use.
        SpoolError: anything else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(folder=folder) from error
        raise SpoolError(folder=folder, reason=error.strerror) from error


def require_space(folder: Path, space_bytes: int) -> None:
    """Makes sure that so much can still be written.

    Raises:
        DiskFullError: it cannot.
    """
    state = os.statvfs(folder)
    if state.f_bavail * state.f_frsize < space_bytes:
        raise DiskFullError(folder=folder)


def append(descriptor: int, data: bytes) -> None:
    """All of ``data`` at the end of the file; OSError when it cannot be."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def write_durably(path: Path, data: bytes) -> None:
    """A whole file that is either there with all its bytes, on disk, or not at all."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    synchronize_folder(path.parent)


def synchronize_folder(folder: Path) -> None:
    """Makes sure that the names in the folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
