"""``watchclock sim``: one simulated wand on a pty, a TCP port or USB, until Ctrl-C."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from watchclock.language import translate as _
from watchclock_sim.program import run
from watchclock_sim.settings import Settings
from watchclock_sim.wands.personality import personality_names

__all__ = ["app"]

app: Final = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Dialect = Annotated[
    str,
    # The names are no metavar: it would take the room of every other argument's help.
    typer.Argument(help=f"{_('Which kind of wand.')} {', '.join(personality_names())}"),
]
Link = Annotated[Path | None, typer.Argument(help=_("Where to keep a link to the pty."))]
Pty = Annotated[bool, typer.Option("--pty", help=_("Serve on a new pseudo-terminal."))]
Tcp = Annotated[
    str | None, typer.Option(metavar="[HOST:]PORT", help=_("Serve on a TCP port; 0 is any."))
]
UsbIp = Annotated[
    str | None,
    typer.Option(
        "--usbip",
        metavar="[HOST:]PORT",
        help=_("Export the wand as a USB device over USB/IP; 0 is any port."),
    ),
]
UsbRedir = Annotated[
    Path | None,
    typer.Option(
        "--usbredir", help=_("Offer the wand as a USB device to QEMU, on a UNIX socket there.")
    ),
]
UsbId = Annotated[
    str | None,
    typer.Option("--usb-id", metavar="VID:PID", help=_("Another identity of the USB device.")),
]
Rfc2217 = Annotated[
    str | None,
    typer.Option(
        metavar="[HOST:]PORT",
        help=_("Serve on a TCP port with the settings and lines of a serial port (RFC 2217)."),
    ),
]
ScenarioFile = Annotated[Path | None, typer.Option(help=_("The night to walk, a TOML file."))]
Wand = Annotated[str | None, typer.Option(help=_("Which wand of the scenario."))]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help=_("Another day for the night to begin on.")),
]
Seed = Annotated[int | None, typer.Option(help=_("The source of chance."))]
Truth = Annotated[
    Path | None, typer.Option(help=_("Write what truly happened to this file, as JSON."))
]
Records = Annotated[
    int, typer.Option(help=_("Fill the memory with so many generated records instead."))
]
Number = Annotated[str | None, typer.Option(help=_("The wand's own number."))]
Baud = Annotated[int, typer.Option(help=_("Speed of the line; 0 is as fast as possible."))]
Fault = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND:KEY=N,…", help=_("A fault; may be given more than once.")),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print the ready line as JSON."))]


@app.command(help=_("Simulate a wand. docs/simulator.md explains scenarios and faults."))
def simulate(  # noqa: PLR0913 - every argument is an option of the command line
    *,
    dialect: Dialect,
    link: Link = None,
    pty: Pty = False,
    tcp: Tcp = None,
    usbip: UsbIp = None,
    usbredir: UsbRedir = None,
    usb_id: UsbId = None,
    rfc2217: Rfc2217 = None,
    scenario: ScenarioFile = None,
    wand: Wand = None,
    date: Day = None,
    seed: Seed = None,
    truth: Truth = None,
    records: Records = 0,
    number: Number = None,
    baud: Baud = 0,
    fault: Fault = None,
    json: AsJson = False,
) -> None:
    """Serve one wand until it is interrupted; every argument is a setting of that name."""
    given: dict[str, Any] = locals() | {
        "date": None if date is None else date.date(),
        "fault": tuple(fault or ()),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    run(Settings(**given))
