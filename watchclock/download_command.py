"""``watchclock download`` and ``watchclock ports``: records are safe before they are given up."""

import json
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from watchclock.dock_options import (
    AlsoOption,
    ServerOption,
    SpoolOption,
    TokenOption,
    make_discovery,
    open_server,
    open_spool,
)
from watchclock.download_report import ProgressBar, print_recovered, print_result, result_fields
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.several_errors import raise_all
from watchclock.upload_command import print_receipt, receipt_fields, send_waiting
from watchclock_device.addresses import AUTO
from watchclock_device.clocks import SYSTEM_CLOCKS
from watchclock_device.docking import Docking
from watchclock_device.results import DownloadResult, Progress, SilentProgress
from watchclock_device.spool import Spool
from watchclock_device.upload import Server, Uploaded
from watchclock_device.zones import load_zone

__all__ = ["download", "ports"]

AddressArgument = Annotated[
    str,
    typer.Argument(
        help=_(
            "auto, a device path, tcp:HOST:PORT, rfc2217:HOST:PORT, usb:VID:PID or hid:VID:PID."
        )
    ),
]


WaitOption = Annotated[
    float,
    typer.Option(
        min=0.0,
        help=_("Seconds a wand whose cable comes out while it is read may take to come back."),
    ),
]


def download(  # noqa: PLR0913 - one parameter an option of the command
    address: AddressArgument = AUTO,
    *,
    dialect: Annotated[
        str | None, typer.Option(help=_("What the wand speaks; found out by default."))
    ] = None,
    server: ServerOption = None,
    token: TokenOption = None,
    spool: SpoolOption = None,
    time_zone: Annotated[
        str | None,
        typer.Option(help=_("IANA name of the site's time zone; by default this machine's.")),
    ] = None,
    also: AlsoOption = None,
    keep: Annotated[
        bool, typer.Option("--keep", help=_("Acknowledge nothing, leave the clock as it is."))
    ] = False,
    wait: WaitOption = 0.0,
    as_json: JsonOption = False,
    no_upload: Annotated[
        bool, typer.Option("--no-upload", help=_("Leave the capture in the spool."))
    ] = False,
) -> None:
    """Download one wand: read, store and verify its records, only then acknowledge them."""
    zone = load_zone(time_zone)
    place = open_spool(spool)
    print_recovered(place.recover())
    there = None if server is None or no_upload else open_server(server, token)
    if there is not None:
        there.check_clock()
    with _progress(is_shown=not as_json) as progress:
        docking = Docking(make_discovery(also), place, SYSTEM_CLOCKS, progress)
        result = docking.download(address, dialect=dialect, zone=zone, keep=keep, wait_s=wait)
    if not as_json:
        print_result(result)
    _upload(result, place, there, as_json=as_json)


def ports(also: AlsoOption = None, *, as_json: JsonOption = False) -> None:
    """List the ports a wand can be on."""
    found = make_discovery(also).find_ports()
    if as_json:
        told = [
            {
                "address": port.address,
                "description": port.description,
                "hardware": port.hardware,
            }
            for port in found
        ]
        sys.stdout.write(json.dumps({"ports": told}) + "\n")
        return
    if not found:
        Console().print(_("There is no port. Plug the dock in and look again."))
        return
    table = Table.grid(padding=(0, 3))
    # An address that is broken into two lines cannot be copied.
    table.add_column(no_wrap=True)
    for port in found:
        table.add_row(port.address, port.description, port.hardware)
    Console(highlight=False).print(table)


def _upload(result: DownloadResult, spool: Spool, server: Server | None, *, as_json: bool) -> None:
    """Sends what waits; in JSON mode the download is told even when the server is gone."""
    uploaded = Uploaded(receipts=(), errors=())
    try:
        if server is not None:
            with closing(server):
                uploaded = send_waiting(spool, server)
    finally:
        if as_json:
            told = result_fields(result)
            told["receipts"] = [receipt_fields(receipt) for receipt in uploaded.receipts]
            sys.stdout.write(json.dumps(told) + "\n")
    if not as_json:
        for receipt in uploaded.receipts:
            print_receipt(receipt)
    raise_all(uploaded.errors)


@contextmanager
def _progress(*, is_shown: bool) -> Generator[Progress]:
    if not is_shown:
        yield SilentProgress()
        return
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.close()
