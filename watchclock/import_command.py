"""``watchclock import``: makers' export files become captures in the spool, then are sent."""

import json
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from watchclock.dock_options import (
    ServerOption,
    SpoolOption,
    TokenOption,
    open_server,
    open_spool,
)
from watchclock.download_report import counts_of, kind_words, print_recovered
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.record_words import FLAG_WORDS
from watchclock.several_errors import raise_all
from watchclock.upload_command import print_receipt, receipt_fields, send_waiting
from watchclock_device.file_contents import files_of
from watchclock_device.file_formats import ANY_FORMAT, state
from watchclock_device.import_errors import FileImportError
from watchclock_device.importing import Advance, ImportedFile, ImportedPart, import_file
from watchclock_device.spool import Spool
from watchclock_device.upload import Server, Uploaded
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.values import TagTechnology

__all__ = ["import_files"]


def import_files(  # noqa: PLR0913 - one parameter an option of the command
    files: Annotated[
        list[Path], typer.Argument(help=_("Files of makers' software, or folders of them."))
    ],
    *,
    format_name: Annotated[
        str, typer.Option("--format", help=_("auto, jwm_z, wm_web_usb, fycomm or k510."))
    ] = ANY_FORMAT,
    wand: Annotated[
        str | None, typer.Option(help=_("Number of the wand, where lines do not name it."))
    ] = None,
    charset: Annotated[
        Charset | None, typer.Option(help=_("Character set; found out by default."))
    ] = None,
    century: Annotated[int, typer.Option(help=_("Added to years of two digits."))] = 2000,
    technology: Annotated[
        TagTechnology, typer.Option(help=_("What kind of tag the numbers are."))
    ] = TagTechnology.RFID,
    spool: SpoolOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make captures of makers' export files, one a wand, and send what waits to the server.

    A file that cannot be used does not stop the next one; all are told of at the end.
    """
    stated = state(wand=wand, charset=charset, century=century, technology=technology)
    place = open_spool(spool)
    print_recovered(place.recover())
    there = None if server is None else open_server(server, token)
    if there is not None:
        there.check_ready()
    errors: list[FileImportError] = []
    for path in files_of(files):
        errors += _import(path, stated, place, format_name, as_json=as_json)
    uploaded = _upload(place, there, as_json=as_json)
    raise_all([*errors, *uploaded.errors])


def _import(
    path: Path, stated: FileStatement, spool: Spool, format_name: str, *, as_json: bool
) -> Iterable[FileImportError]:
    """Imports one file and tells of it; why it was not, or may not be all."""
    try:
        with _progress(path) as advance:
            imported = import_file(path, stated, spool, format_name, advance)
    except FileImportError as error:
        return [error]
    _tell(imported, as_json=as_json)
    return imported.doubts()


def _upload(spool: Spool, server: Server | None, *, as_json: bool) -> Uploaded:
    if server is None:
        return Uploaded(receipts=(), errors=())
    with closing(server):
        uploaded = send_waiting(spool, server)
    if as_json:
        told = {"receipts": [receipt_fields(receipt) for receipt in uploaded.receipts]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        for receipt in uploaded.receipts:
            print_receipt(receipt)
    return uploaded


def _tell(imported: ImportedFile, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_fields(imported)) + "\n")
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for part in imported.parts:
        console.print(f"{imported.path}: {_part_words(part)}")
        for flag, count in sorted(part.flags.items()):
            console.print(f"    {count} × {FLAG_WORDS[flag]}")
    if imported.has_grown:
        sentence = _("{path} grew while it was read; its first {size} bytes were taken.")
        console.print(sentence.format(path=imported.path, size=imported.size_bytes))


def _part_words(part: ImportedPart) -> str:
    if part.wand is None:
        return _("lines of no wand, kept aside in {capture}").format(capture=part.capture)
    sentence = _("wand {wand}, {records}")
    if part.is_known:
        sentence = _("wand {wand}, {records}; imported before, nothing was changed")
    return sentence.format(wand=part.wand, records=kind_words(part.kinds))


def _fields(imported: ImportedFile) -> Mapping[str, object]:
    """The file as JSON tells it."""
    return {
        "file": str(imported.path),
        "format": imported.format,
        "charset": imported.charset,
        "size_bytes": imported.size_bytes,
        "has_grown": imported.has_grown,
        "captures": [_part_fields(part) for part in imported.parts],
        "refused": imported.refused,
        "refused_lines": _refused_lines(imported),
    }


def _part_fields(part: ImportedPart) -> Mapping[str, object]:
    return {
        "wand": part.wand,
        "capture": part.capture.stem,
        "path": str(part.capture),
        "kinds": counts_of(part.kinds),
        "flags": counts_of(part.flags),
        "refused": part.refused,
        "is_known": part.is_known,
    }


def _refused_lines(imported: ImportedFile) -> Sequence[Mapping[str, object]]:
    return [
        {
            "line": error.details["line"],
            "offset": error.details["offset"],
            "reason": error.details["reason"],
            "raw": error.raw.hex(),
        }
        for error in imported.refusals
    ]


@contextmanager
def _progress(path: Path) -> Generator[Advance]:
    """A bar of bytes on standard error, where a person looks at it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(path.name, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
