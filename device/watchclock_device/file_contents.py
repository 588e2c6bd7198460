"""Reads a maker's export file as it stood when it was opened, and no more than any export has."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from watchclock_device.import_errors import FileTooLargeError, FileUnusableError

__all__ = ["LARGEST_FILE_BYTES", "FileContents", "files_of", "read_contents", "read_open_file"]

LARGEST_FILE_BYTES: Final = 32 * 2**20
"""Several times what sixty thousand records take, the most a maker promises of one wand, and
small enough that a capture of it is taken by every server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """A file as it stood at one moment.

    Attributes:
        path: where it lies.
        data: its bytes; of a file that grew, the lines that were whole when it was opened.
        modified_ns: when it was last written before, nanoseconds since 1970-01-01 UTC.
        has_grown: somebody wrote into it while it was read.
    """

    path: Path
    data: bytes
    modified_ns: int
    has_grown: bool


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, a folder as the files in it, hidden ones left out, by name.

    A folder that cannot be looked into stands for itself, so that reading it tells why.
    """
    found: list[Path] = []
    for path in paths:
        try:
            inside = sorted(path.iterdir())
        except OSError:
            found.append(path)
            continue
        found += [one for one in inside if one.is_file() and not one.name.startswith(".")]
    return found


def read_contents(path: Path) -> FileContents:
    """What stands in a file.

    Raises:
        FileTooLargeError: it is larger than any export; nothing of it is read.
        FileUnusableError: it is no regular file, or cannot be read.
    """
    try:
        # Asked before it is opened: opening a pipe or a terminal would wait for somebody.
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileUnusableError(path=path, reason="it is no regular file")
        with path.open("rb") as file:
            return read_open_file(path, file)
    except OSError as error:
        raise FileUnusableError(path=path, reason=error.strerror) from error


def read_open_file(path: Path, file: BinaryIO) -> FileContents:
    """What stands in an open file; a writer beside us changes nothing of what stood there.

    Raises:
        FileTooLargeError: it is larger than any export; nothing of it is read.
    """
    before = os.fstat(file.fileno())
    if before.st_size > LARGEST_FILE_BYTES:
        raise FileTooLargeError(path=path, limit_bytes=LARGEST_FILE_BYTES)
    data = file.read(before.st_size)
    has_grown = os.fstat(file.fileno()).st_size > before.st_size
    if has_grown:
        # The last line was being written and need not have been whole.
        data = data[: data.rfind(b"\n") + 1]
    return FileContents(
        path=path,
        data=data,
        modified_ns=max(before.st_mtime_ns, 0),
        has_grown=has_grown,
    )
