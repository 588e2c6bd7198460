"""``watchclock upload``: everything that waits in the spool goes to the server."""

import json
import sys
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from watchclock.dock_options import SpoolOption, TokenOption, open_server, open_spool
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.several_errors import raise_all
from watchclock_device.spool import Spool
from watchclock_device.upload import Receipt, Server, Uploaded, upload_waiting

__all__ = ["print_receipt", "receipt_fields", "send_waiting", "upload"]


def upload(
    server: Annotated[
        str, typer.Option(envvar="WATCHCLOCK_SERVER", help=_("Address of the server."))
    ],
    token: TokenOption = None,
    spool: SpoolOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Send everything waiting in the spool; sending again changes nothing on the server."""
    place = open_spool(spool)
    place.recover()
    with closing(open_server(server, token)) as there:
        there.check_ready()
        uploaded = send_waiting(place, there)
    if as_json:
        told = {"receipts": [receipt_fields(receipt) for receipt in uploaded.receipts]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        for receipt in uploaded.receipts:
            print_receipt(receipt)
        if not uploaded.receipts and not uploaded.errors:
            Console().print(_("Nothing waits in the spool."))
    raise_all(uploaded.errors)


def send_waiting(spool: Spool, server: Server) -> Uploaded:
    """What became of the waiting captures, with a progress bar on standard error."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_("Uploading"))

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return upload_waiting(spool, server, report)


def receipt_fields(receipt: Receipt) -> dict[str, str | int | bool]:
    """The receipt as JSON tells it."""
    return {
        "capture": receipt.capture,
        "wand": receipt.wand,
        "created": receipt.created,
        "duplicate": receipt.duplicate,
        "conflict": receipt.conflict,
        "already_known": receipt.already_known,
    }


def print_receipt(receipt: Receipt) -> None:
    """One line for people."""
    sentence = _("The server has wand {wand}: {created} new records, {duplicate} known before.")
    Console(highlight=False).print(
        sentence.format(wand=receipt.wand, created=receipt.created, duplicate=receipt.duplicate),
        markup=False,
    )
