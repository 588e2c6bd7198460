"""``watchclock redecode``: all captures of an archive again, compared with what is stored."""

import importlib
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from watchclock.command import MissingPartError
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.progress_bar import progress_bar
from watchclock.redecode_report import Printer, json_printer, text_printer
from watchclock.server_options import DatabaseOption, DataOption, data_folder, database_url
from watchclock.several_errors import raise_all
from watchclock_protocol.errors import CodedError
from watchclock_server.clock import SystemClock
from watchclock_server.database import Database
from watchclock_server.intake.service import (
    CaptureReport,
    ParquetFile,
    RedecodeJob,
    redecode_archive,
)
from watchclock_server.migrations import require_newest_form
from watchclock_server.pieces import InThisProcess, ProcessPool, Workers
from watchclock_server.settings import Settings

__all__ = ["ParquetUnwritableError", "redecode"]

_MOST_WORKERS: Final = 2
"""Workers unless more are asked for, so that all stay under 512 MB: each takes some 150 MB."""
_MOST_PARQUET_WORKERS: Final = 1
"""Likewise where each has to load pyarrow, too."""


class ParquetUnwritableError(CodedError):
    """The Parquet file cannot be written there."""

    code = "command.parquet"
    template = "The file {path} cannot be written: {reason}."
    next_step = "Check the path, your rights and the room on the disk."


def redecode(  # noqa: PLR0913 - every option of a verb is an argument
    archive: Annotated[Path, typer.Argument(help=_("Folder of captures, such as the server's."))],
    database: DatabaseOption = None,
    data: DataOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help=_("Processes that decode side by side."))
    ] = None,
    *,
    as_json: JsonOption = False,
    apply: Annotated[
        bool, typer.Option("--apply", help=_("Put right what differs; otherwise only tell it."))
    ] = False,
    without_database: Annotated[
        bool, typer.Option("--without-database", help=_("Compare with nothing; only decode."))
    ] = False,
    parquet: Annotated[
        Path | None, typer.Option(help=_("Write all records to this Parquet file."))
    ] = None,
) -> None:
    """Decode all captures of a folder again and tell what differs from what is stored.

    Nothing is changed without --apply. A file that cannot be used does not stop the next one; all
    are told of at the end.
    """
    if parquet is not None:
        _require_pyarrow()
    with ExitStack() as stack:
        sink = stack.enter_context(_parquet_file(parquet))
        job = _job(database, data, sink, applies=apply, compares=not without_database)
        total, reports = redecode_archive(
            archive, job, _workers(workers, is_parquet=sink is not None)
        )
        printer = json_printer() if as_json else text_printer()
        errors = _tell(_with_progress(reports, total), printer, sink)
    raise_all(errors)


def _tell(
    reports: Iterator[CaptureReport], printer: Printer, sink: "_Sink | None"
) -> list[CodedError]:
    """Print every report as it comes, and give everything that is wrong."""
    errors: list[CodedError] = []
    for report in reports:
        printer.show(report)
        errors += _told(report)
        if sink is not None and report.part is not None:
            sink.file.take(report.part)
    printer.end()
    return errors


def _workers(wish: int | None, *, is_parquet: bool) -> Workers:
    most = _MOST_PARQUET_WORKERS if is_parquet else _MOST_WORKERS
    count = min(os.cpu_count() or 1, most) if wish is None else wish
    return InThisProcess() if count == 1 else ProcessPool(count)


def _require_pyarrow() -> None:
    try:
        importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        raise MissingPartError(package="pyarrow", extra="parquet") from error


class _Sink:
    """A Parquet file and the folder of the parts that wait to be taken into it."""

    def __init__(self, file: ParquetFile, parts: Path) -> None:
        self.file: Final = file
        self.parts: Final = parts


@contextmanager
def _parquet_file(path: Path | None) -> Generator[_Sink | None]:
    if path is None:
        yield None
        return
    try:
        with (
            tempfile.TemporaryDirectory(dir=path.parent, prefix=".parts-") as parts,
            ParquetFile(path) as file,
        ):
            yield _Sink(file, Path(parts))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ParquetUnwritableError(path=path, reason=reason) from error


def _job(
    database: str | None, data: Path | None, sink: _Sink | None, *, applies: bool, compares: bool
) -> RedecodeJob:
    """What is to be done; a database is compared with if one is named or the server has one."""
    folder = data_folder(data)
    url = database_url(database, folder) if compares else None
    if database is None and url is not None and not applies and not _is_file(url):
        url = None
    if url is not None:
        _require_database(url)
    settings = Settings(database_url=url or "", data_folder=folder)
    return RedecodeJob(
        database_url=url,
        applies=applies and url is not None,
        captures_folder=settings.captures_folder,
        now=SystemClock().now(),
        parts_folder=None if sink is None else sink.parts,
    )


def _is_file(url: str) -> bool:
    return Path(url.removeprefix("sqlite:///")).is_file()


def _require_database(url: str) -> None:
    opened = Database(url)
    try:
        require_newest_form(opened)
    finally:
        opened.close()


def _with_progress(reports: Iterator[CaptureReport], total: int) -> Iterator[CaptureReport]:
    """The reports, with a bar on standard error while somebody looks."""
    with progress_bar(_("Decoding"), total) as tell:
        for done, report in enumerate(reports, start=1):
            yield report
            tell(done)


def _told(report: CaptureReport) -> Iterator[CodedError]:
    for trouble in report.troubles:
        trouble.add_note(str(report.path))
        yield trouble
