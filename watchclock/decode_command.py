"""``watchclock decode``: the records of captures, transcripts and makers' export files.

Printed as a table, as JSON lines or as CSV.
"""

from pathlib import Path
from typing import Annotated

import typer

from watchclock.decoded_files import DecodedFile, FileUnreadableError, decode_file
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.record_tables import Printer, csv_printer, print_json, print_table
from watchclock.several_errors import raise_all
from watchclock_device.import_errors import FileImportError
from watchclock_protocol.errors import CaptureError, CodedError

__all__ = ["decode"]


def decode(
    files: Annotated[
        list[Path], typer.Argument(help=_("Captures, .transcript texts, makers' export files."))
    ],
    dialect: Annotated[
        str | None, typer.Option(help=_("Read them in this dialect, whatever they say."))
    ] = None,
    *,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Print CSV for spreadsheets."))] = False,
) -> None:
    """Print the records of captures, transcripts and export files, with raw bytes and doubts.

    A file that cannot be used does not stop the next one; all are told of at the end. What stands
    before damage is shown.
    """
    show: Printer = print_table
    if as_json:
        show = print_json
    elif as_csv:
        show = csv_printer()
    errors: list[CodedError] = []
    for path in files:
        try:
            for found in decode_file(path, dialect):
                _show(found, show)
                errors += found.doubts
        except CaptureError as error:
            error.add_note(str(path))
            errors.append(error)
        except (FileUnreadableError, FileImportError) as error:
            errors.append(error)
    raise_all(errors)


def _show(found: DecodedFile, show: Printer) -> None:
    about: dict[str, str | int] = {
        "file": str(found.path),
        "sha256": found.sha256,
        "torn_bytes": found.torn_bytes,
    }
    show(about, found.decoded)
