"""Captures are evidence: stored under their own SHA-256, written once, never changed."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Request

from watchclock_protocol.capture import HEAD_OCTETS, require_capture_head
from watchclock_protocol.errors import CaptureError
from watchclock_server.errors import NotFoundError, ServerError

__all__ = [
    "LARGEST_CAPTURE_BYTES",
    "Archive",
    "ArchiveError",
    "ArchiveFolderError",
    "CaptureArchive",
    "CaptureNotFoundError",
]
__all__ += ["CaptureTooLargeError", "get_archive", "list_captures", "read_stored_capture"]

LARGEST_CAPTURE_BYTES: Final = 64 * 1024 * 1024
"""300,000 fcard records, the most its maker's software asks for, are 5 MB on the wire."""
CAPTURE_SUFFIX: Final = ".pcapng"


class ArchiveError(ServerError):
    """The folder of captures cannot be written or read."""

    status = 503
    code = "server.archive"
    template = "The archive of captures cannot be used: {reason}."
    next_step = "Check the disk of the server; captures stay safe in the dock's spool meanwhile."


class ArchiveFolderError(ArchiveError):
    """What was named as an archive is no folder."""

    code = "server.archive.folder"
    template = "There is no folder {folder}."
    next_step = "Name the folder in which the server or a dock keeps its captures."


class CaptureNotFoundError(NotFoundError):
    """No capture of this name is in the archive."""

    code = "server.archive.not_found"
    template = "No capture {sha256} is in the archive."


class CaptureTooLargeError(CaptureError):
    """A file begins like a capture and is larger than any the server takes in."""

    code = "capture.too_large"
    template = "The capture has {size_bytes} bytes; the largest ever taken in has {limit_bytes}."
    next_step = "Look into it with watchclock decode; the server never took it in."


class Archive:
    """A folder of files named by their content: ``ab/abcd….pcapng``."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def put(self, data: bytes) -> str:
        """Store a capture; the same bytes twice are one file.

        The name appears only after the bytes are on the disk, so a power cut leaves no torn file
        under a good name.

        Returns:
            The SHA-256 of the bytes in lower-case hexadecimal.

        Raises:
            ArchiveError: the disk is full or the folder cannot be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        if target.exists():
            return sha256
        try:
            _write_durably(target, data)
        except OSError as error:
            raise ArchiveError(reason=error.strerror or type(error).__name__) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes stored under this name.

        Raises:
            CaptureNotFoundError: there are none.
            ArchiveError: the file cannot be read.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise CaptureNotFoundError(sha256=sha256) from error
        except OSError as error:
            raise ArchiveError(reason=error.strerror or type(error).__name__) from error

    def path(self, sha256: str) -> Path:
        """Where a capture of this name stands, whether or not it exists."""
        return self._folder / sha256[:2] / f"{sha256}{CAPTURE_SUFFIX}"


def list_captures(folder: Path) -> Sequence[Path]:
    """Every ``.pcapng`` file in the folder and the folders in it, in the order of their names.

    Raises:
        ArchiveFolderError: there is no such folder.
        ArchiveError: the folder cannot be read.
    """
    try:
        if not folder.is_dir():
            raise ArchiveFolderError(folder=folder)
        return sorted(path for path in folder.rglob(f"*{CAPTURE_SUFFIX}") if path.is_file())
    except OSError as error:
        raise ArchiveError(reason=error.strerror or type(error).__name__) from error


def read_stored_capture(path: Path) -> bytes:
    """A file's bytes, as many as it has when it is opened.

    Raises:
        NotACaptureError: it begins like none; the rest was not read.
        CaptureTooLargeError: it is larger than any capture the server takes in.
        ArchiveError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            head = file.read(min(size_bytes, HEAD_OCTETS))
            require_capture_head(head)
            if size_bytes > LARGEST_CAPTURE_BYTES:
                raise CaptureTooLargeError(
                    size_bytes=size_bytes, limit_bytes=LARGEST_CAPTURE_BYTES
                )
            return head + file.read(size_bytes - len(head))
    except OSError as error:
        raise ArchiveError(reason=error.strerror or type(error).__name__) from error


def _write_durably(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        except OSError:
            Path(part.name).unlink()
            raise
    Path(part.name).replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def get_archive(request: Request) -> Archive:
    """The archive of this app (FastAPI dependency)."""
    archive: Archive = request.app.state.archive
    return archive


CaptureArchive = Annotated[Archive, Depends(get_archive)]
"""Endpoint parameter type: the archive of captures."""
