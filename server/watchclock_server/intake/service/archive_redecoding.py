"""Decodes the captures of a folder again, each a piece of work of its own.

A piece reads its file, decodes it, compares it with what is stored and, when told to, puts that
right in one transaction. What comes back is a summary, so memory does not grow with the archive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from re import fullmatch

from watchclock_protocol.capture import Capture, capture_name, read_until_damage
from watchclock_protocol.errors import CaptureError, CodedError
from watchclock_protocol.replay import DecodedDownload, replay
from watchclock_server.archive import Archive, list_captures, read_stored_capture
from watchclock_server.database import Database
from watchclock_server.intake.domain.incoming import incoming_of
from watchclock_server.intake.domain.record_table import table_of
from watchclock_server.intake.domain.redecoding import CaptureChange
from watchclock_server.intake.service.parquet_parts import write_part
from watchclock_server.intake.service.redecoding import apply_again, compare_again
from watchclock_server.intake.service.taking_in import receive_capture
from watchclock_server.pieces import Workers

__all__ = ["ArchivedNameError", "CaptureReport", "CaptureState", "RedecodeJob"]
__all__ += ["redecode_archive", "redecode_file"]


class ArchivedNameError(CaptureError):
    """A file of the archive is named by the SHA-256 of other bytes."""

    code = "capture.archived_name"
    template = "The capture holds other bytes than its name says; they are {sha256}."
    next_step = "Find out who changed it; what is stored was decoded from the bytes of its name."


class CaptureState(StrEnum):
    """What came of decoding a capture again."""

    DECODED = "decoded"
    SAME = "same"
    CHANGED = "changed"
    APPLIED = "applied"
    NOT_STORED = "not_stored"
    TAKEN_IN = "taken_in"
    ANONYMOUS = "anonymous"
    DAMAGED = "damaged"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedecodeJob:
    """What is done with every capture.

    Attributes:
        database_url: what is stored is compared with; None when nothing is.
        applies: put right what differs, and take in what is not stored.
        captures_folder: the server's own archive, for what is taken in.
        now: when that arrives.
        parts_folder: where the records go as parts of a Parquet file; None for nowhere.
    """

    database_url: str | None = None
    applies: bool = False
    captures_folder: Path
    now: datetime
    parts_folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureReport:
    """One file, in few words.

    Attributes:
        path: the file.
        state: what came of it.
        sha256: of its bytes, as far as they were read.
        dialect: what is spoken in it.
        wand: key of the wand, if it told its number.
        records: records in it.
        rejected: frames and records that could not be used.
        skipped_bytes: bytes that belong to no frame.
        torn_bytes: bytes at its end that belong to no whole block, or stand behind damage.
        is_complete: everything the wand announced arrived.
        change: what differs from what is stored.
        troubles: what is wrong with the file, or kept it from being put right.
        part: file with its records for Parquet.
    """

    path: Path
    state: CaptureState = CaptureState.UNUSABLE
    sha256: str = ""
    dialect: str = ""
    wand: str = ""
    records: int = 0
    rejected: int = 0
    skipped_bytes: int = 0
    torn_bytes: int = 0
    is_complete: bool = False
    change: CaptureChange | None = None
    troubles: tuple[CodedError, ...] = field(default=())
    part: Path | None = None


def redecode_archive(
    folder: Path, job: RedecodeJob, workers: Workers
) -> tuple[int, Iterator[CaptureReport]]:
    """How many captures the folder holds, and the report of each as it is done.

    Raises:
        ArchiveError: the folder cannot be read.
        WorkerLostError: while reports are fetched: a worker ended before its work was done.
    """
    paths = list_captures(folder)
    return len(paths), workers.each(partial(redecode_file, job), paths)


def redecode_file(job: RedecodeJob, path: Path) -> CaptureReport:
    """Decode one file again; what is wrong with it is told in the report."""
    try:
        data = read_stored_capture(path)
        capture, damage = read_until_damage(data)
        decoded = replay(capture)
    except CodedError as error:
        return CaptureReport(path=path, troubles=(error,))
    sha256 = capture_name(data)
    troubles: list[CodedError] = [] if damage is None else [damage]
    if fullmatch("[0-9a-f]{64}", path.stem) and path.stem != sha256:
        troubles.append(ArchivedNameError(sha256=sha256))
    report = _report(path, sha256, capture, decoded)
    if job.parts_folder is not None:
        report = replace(report, part=write_part(job.parts_folder, path, sha256, decoded))
    if damage is not None:
        report = replace(report, state=CaptureState.DAMAGED)
    elif job.database_url is not None:
        try:
            report = _settled(job, report, data, capture, decoded)
        except CodedError as error:
            troubles.append(error)
    return replace(report, troubles=tuple(troubles))


def _report(path: Path, sha256: str, capture: Capture, decoded: DecodedDownload) -> CaptureReport:
    identity = decoded.identity
    return CaptureReport(
        path=path,
        state=CaptureState.ANONYMOUS if identity is None else CaptureState.DECODED,
        sha256=sha256,
        dialect=decoded.dialect,
        wand="" if identity is None else identity.key,
        records=len(decoded.records),
        rejected=len(decoded.rejected),
        skipped_bytes=decoded.skipped_bytes,
        torn_bytes=capture.torn_bytes,
        is_complete=decoded.is_complete,
    )


def _settled(
    job: RedecodeJob,
    report: CaptureReport,
    data: bytes,
    capture: Capture,
    decoded: DecodedDownload,
) -> CaptureReport:
    """The report with what differs from what is stored, put right if the job says so."""
    if decoded.identity is None or job.database_url is None:
        return report
    incoming = incoming_of(capture, decoded, decoded.identity)
    table = table_of(decoded.records)
    settle = apply_again if job.applies else compare_again
    with _database(job.database_url).session(writes=job.applies) as session:
        change = settle(session, sha256=report.sha256, incoming=incoming, table=table)
        if change is None and job.applies:
            receive_capture(
                session,
                archive=Archive(job.captures_folder),
                data=data,
                claimed_sha256=report.sha256,
                now=job.now,
            )
    return replace(report, state=_state(change, applies=job.applies), change=change)


def _state(change: CaptureChange | None, *, applies: bool) -> CaptureState:
    if change is None:
        return CaptureState.TAKEN_IN if applies else CaptureState.NOT_STORED
    if change.is_none:
        return CaptureState.SAME
    return CaptureState.APPLIED if applies else CaptureState.CHANGED


@cache
def _database(url: str) -> Database:
    """This process's connections; they end with it."""
    return Database(url)
