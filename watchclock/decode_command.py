"""``watchclock decode``: the records of captures and transcripts, as table, JSON lines or CSV."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.record_tables import Printer, csv_printer, print_json, print_table
from watchclock.several_errors import raise_all
from watchclock_protocol.capture import Capture, Chunk, capture_name, read_capture
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import CaptureError, CodedError, NotACaptureError
from watchclock_protocol.replay import (
    DecodedDownload,
    replay,
    replay_chunks,
    replay_transcript,
)
from watchclock_protocol.transcript import read_transcript

__all__ = [
    "CaptureNameError",
    "FileUnreadableError",
    "TornCaptureError",
    "UnfinishedCaptureError",
    "decode",
]

_SHA256_NAME: Final = re.compile(r"[0-9a-f]{64}")


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
    """A file and what it says.

    Attributes:
        path: where it lies.
        sha256: of its bytes.
        decoded: what the conversation in it says.
        doubt: why it may not be all, to be told after its records.
        torn_bytes: bytes at the end that belong to no whole block.
    """

    path: Path
    sha256: str
    decoded: DecodedDownload
    doubt: CaptureError | None
    torn_bytes: int


def decode(
    files: Annotated[list[Path], typer.Argument(help=_("Captures or .transcript texts."))],
    dialect: Annotated[
        str | None, typer.Option(help=_("Read them in this dialect, whatever they say."))
    ] = None,
    *,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Print CSV for spreadsheets."))] = False,
) -> None:
    """Print the records of captures and transcripts, with raw bytes and doubts.

    A file that cannot be used does not stop the next one; all are told of at the end.
    """
    show: Printer = print_table
    if as_json:
        show = print_json
    elif as_csv:
        show = csv_printer()
    errors: list[CodedError] = []
    for path in files:
        try:
            found = _decode_file(path, dialect)
        except CaptureError as error:
            error.add_note(str(path))
            errors.append(error)
            continue
        except FileUnreadableError as error:
            errors.append(error)
            continue
        about: dict[str, str | int] = {
            "file": str(path),
            "sha256": found.sha256,
            "torn_bytes": found.torn_bytes,
        }
        show(about, found.decoded)
        errors += [] if found.doubt is None else [found.doubt]
    raise_all(errors)


def _decode_file(path: Path, dialect: str | None) -> DecodedFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnreadableError(path=path, reason=error.strerror) from error
    if path.suffix == ".transcript":
        return DecodedFile(
            path=path,
            sha256=capture_name(data),
            decoded=replay_transcript(read_transcript(_text(data), dialect)),
            doubt=None,
            torn_bytes=0,
        )
    capture = read_capture(data)
    return DecodedFile(
        path=path,
        sha256=capture_name(data),
        decoded=_replay(capture, dialect),
        doubt=_doubt(path, data, capture),
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
