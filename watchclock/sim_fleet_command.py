"""``watchclock sim fleet``: many simulated wands, each on a TCP port of its own, until Ctrl-C."""

import logging
from pathlib import Path
from typing import Annotated, Final

import typer

from watchclock.language import translate as _
from watchclock_sim.fleet.program import run_fleet
from watchclock_sim.fleet.settings import FleetSettings

__all__ = ["fleet"]

_DEFAULT: Final = FleetSettings()

Tcp = Annotated[
    str,
    typer.Option(
        metavar="[HOST:]PORT", help=_("Port of the first wand, the others behind it; 0 is any.")
    ),
]
Dialects = Annotated[
    str, typer.Option(metavar="NAME:NUMBER,…", help=_("How many of which kinds of wands."))
]
Records = Annotated[int, typer.Option(help=_("How many generated records each wand holds."))]
Seed = Annotated[int, typer.Option(help=_("The source of chance."))]
Truth = Annotated[
    Path | None, typer.Option(help=_("Write what truly happened to this file, as JSON."))
]
Addresses = Annotated[Path | None, typer.Option(help=_("Write all addresses to this file, too."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print the ready line as JSON."))]


def fleet(  # noqa: PLR0913 - every argument is an option of the command line
    *,
    tcp: Tcp = _DEFAULT.tcp,
    dialects: Dialects = _DEFAULT.dialects,
    records: Records = _DEFAULT.records,
    seed: Seed = _DEFAULT.seed,
    truth: Truth = None,
    addresses: Addresses = None,
    as_json: AsJson = False,
) -> None:
    """Serve a fleet until it is interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    run_fleet(
        FleetSettings(
            tcp=tcp,
            dialects=dialects,
            records=records,
            seed=seed,
            truth=truth,
            addresses=addresses,
            json=as_json,
        )
    )
