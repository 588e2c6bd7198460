"""``watchclock sim fleet``: many simulated wands, on TCP ports or one USB bus, until Ctrl-C."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from watchclock.language import translate as _
from watchclock_sim.fleet.program import run_fleet
from watchclock_sim.fleet.settings import USUAL_DIALECTS, USUAL_RECORDS, FleetSettings

__all__ = ["fleet"]

Tcp = Annotated[
    str | None,
    typer.Option(
        metavar="[HOST:]PORT", help=_("Port of the first wand, the others behind it; 0 is any.")
    ),
]
UsbIp = Annotated[
    str | None,
    typer.Option(
        "--usbip",
        metavar="[HOST:]PORT",
        help=_("Export all wands as USB devices of one bus over USB/IP; 0 is any port."),
    ),
]
Dialects = Annotated[
    str | None,
    typer.Option(
        metavar="NAME:NUMBER,…",
        help=_("How many of which kinds of wands."),
        show_default=USUAL_DIALECTS,
    ),
]
Records = Annotated[
    int | None,
    typer.Option(
        help=_("How many generated records each wand holds."), show_default=str(USUAL_RECORDS)
    ),
]
ScenarioFile = Annotated[
    Path | None, typer.Option(help=_("The night whose wands are served instead, a TOML file."))
]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help=_("Another day for the night to begin on.")),
]
Seed = Annotated[int | None, typer.Option(help=_("The source of chance."))]
Truth = Annotated[
    Path | None, typer.Option(help=_("Write what truly happened to this file, as JSON."))
]
Addresses = Annotated[Path | None, typer.Option(help=_("Write all addresses to this file, too."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print the ready line as JSON."))]


def fleet(  # noqa: PLR0913 - every argument is an option of the command line
    *,
    tcp: Tcp = None,
    usbip: UsbIp = None,
    dialects: Dialects = None,
    records: Records = None,
    scenario: ScenarioFile = None,
    date: Day = None,
    seed: Seed = None,
    truth: Truth = None,
    addresses: Addresses = None,
    json: AsJson = False,
) -> None:
    """Serve a fleet until it is interrupted; every argument is a setting of that name."""
    given: dict[str, Any] = locals() | {"date": None if date is None else date.date()}
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    run_fleet(FleetSettings(**given))
