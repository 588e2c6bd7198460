"""Reads any file a person may hand to ``watchclock decode``, each by what it begins with.

A capture of ours, a transcript of a conversation, or the export file of a maker's software.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchclock_device.file_captures import chunks_of
from watchclock_device.file_contents import LARGEST_FILE_BYTES, FileContents
from watchclock_device.file_formats import ANY_FORMAT, is_any_format
from watchclock_device.import_errors import FileTooLargeError
from watchclock_device.importing import refused_lines, survey_contents
from watchclock_protocol.capture import Capture, Chunk, capture_name, read_until_damage
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import (
    CaptureError,
    CodedError,
    LineError,
    NotACaptureError,
)
from watchclock_protocol.files import FileStatement
from watchclock_protocol.replay import (
    DecodedDownload,
    replay,
    replay_chunks,
    replay_transcript,
)
from watchclock_protocol.transcript import read_transcript

__all__ = [
    "CaptureNameError",
    "DecodedFile",
    "FileUnreadableError",
    "TornCaptureError",
    "UnfinishedCaptureError",
    "decode_file",
    "read_file",
]

_SHA256_NAME: Final = re.compile(r"[0-9a-f]{64}")
_PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
_LARGEST_BYTES: Final = 64 * 2**20
"""A server takes no larger capture."""


class FileUnreadableError(CodedError):
    """A file cannot be opened or read."""

    code = "command.file_unreadable"
    template = "The file {path} cannot be read: {reason}."
    next_step = "Check the path and your rights."


class CaptureNameError(CaptureError):
    """The file is named by the SHA-256 of other bytes."""

    code = "capture.name"
    template = "The capture {path} is not the one its name says; its content is {sha256}."
    next_step = "Compare it with the file in the spool or the archive before you rely on it."


class TornCaptureError(CaptureError):
    """The file ends inside a block."""

    code = "capture.torn"
    template = "The capture {path} is torn: its last {torn_bytes} bytes belong to no whole block."
    next_step = "Everything before it is shown; the next watchclock upload mends the spool."


class UnfinishedCaptureError(CaptureError):
    """The file ends before its download was closed."""

    code = "capture.unfinished"
    template = "The capture {path} ends before its download was closed."
    next_step = "Everything in it is shown; records read later are in another capture."


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedFile:
    """A file, or the lines of one wand in it, and what it says.

    Attributes:
        path: where it lies.
        sha256: of its bytes.
        decoded: what the conversation in it says.
        doubts: why it may not be all, to be told after its records.
        torn_bytes: bytes at the end that belong to no whole block, or stand behind damage.
    """

    path: Path
    sha256: str
    decoded: DecodedDownload
    doubts: Sequence[CodedError] = ()
    torn_bytes: int = 0


def decode_file(path: Path, dialect: str | None) -> Iterator[DecodedFile]:
    """What a file says; an export file that holds several wands says it wand by wand.

    Args:
        path: the file.
        dialect: the dialect to take, whatever the file says; None takes what it says.

    Raises:
        CaptureError: it is no usable capture or transcript, or of an unknown dialect.
        FileUnreadableError: it cannot be read.
        FileImportError: it is too large, or an export file without any record.
    """
    data = read_file(path)
    if path.suffix == ".transcript":
        transcript = read_transcript(_text(data), dialect)
        yield DecodedFile(
            path=path, sha256=capture_name(data), decoded=replay_transcript(transcript)
        )
    elif _is_export(data, dialect):
        yield from _decode_export(path, data, dialect or ANY_FORMAT)
    else:
        yield _decode_capture(path, data, dialect)


def read_file(path: Path) -> bytes:
    """The bytes of a file, as many as it has when it is opened.

    Raises:
        FileUnreadableError: it cannot be read.
        FileTooLargeError: no capture or export file is so large.
    """
    try:
        with path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            if size_bytes > _LARGEST_BYTES:
                raise FileTooLargeError(path=path, limit_bytes=_LARGEST_BYTES)
            return file.read(size_bytes)
    except OSError as error:
        raise FileUnreadableError(path=path, reason=error.strerror) from error


def _is_export(data: bytes, dialect: str | None) -> bool:
    if data.startswith(_PCAPNG):
        return False
    if dialect is not None:
        return find_dialect(dialect).file_format is not None
    return is_any_format(data)


def _decode_export(path: Path, data: bytes, format_name: str) -> Iterator[DecodedFile]:
    if len(data) > LARGEST_FILE_BYTES:
        raise FileTooLargeError(path=path, limit_bytes=LARGEST_FILE_BYTES)
    contents = FileContents(path=path, data=data, modified_ns=0, has_grown=False)
    surveyed = survey_contents(contents, FileStatement(), format_name)
    found = surveyed.found
    doubts = [refused_lines(path, found.refusals[0], found.refused)] if found.refused else []
    for part in found.parts:
        yield DecodedFile(
            path=path,
            sha256=capture_name(data),
            decoded=replay_chunks(surveyed.dialect, chunks_of(part)),
            doubts=doubts if part is found.parts[-1] else (),
        )


def _decode_capture(path: Path, data: bytes, dialect: str | None) -> DecodedFile:
    capture, damage = read_until_damage(data)
    decoded = _replay(capture, dialect)
    lines = [each.error for each in decoded.rejected if isinstance(each.error, LineError)]
    doubt = _doubt(path, data, capture) if damage is None else damage
    if damage is not None:
        damage.add_note(str(path))
    return DecodedFile(
        path=path,
        sha256=capture_name(data),
        decoded=decoded,
        doubts=[
            *([] if doubt is None else [doubt]),
            *([refused_lines(path, lines[0], len(lines))] if lines else []),
        ],
        torn_bytes=capture.torn_bytes,
    )


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotACaptureError(reason="it is no text") from error


def _replay(capture: Capture, dialect: str | None) -> DecodedDownload:
    if dialect is None:
        return replay(capture)
    chunks = (block for block in capture.blocks if isinstance(block, Chunk))
    return replay_chunks(find_dialect(dialect), chunks)


def _doubt(path: Path, data: bytes, capture: Capture) -> CaptureError | None:
    if capture.torn_bytes:
        return TornCaptureError(path=path, torn_bytes=capture.torn_bytes)
    sha256 = capture_name(data)
    if _SHA256_NAME.fullmatch(path.stem) and path.stem != sha256:
        return CaptureNameError(path=path, sha256=sha256)
    return None if capture.is_closed else UnfinishedCaptureError(path=path)
