"""``watchclock sim archive``: a year of a fleet's nights as captures, for load tests."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from watchclock.language import translate as _
from watchclock.progress_bar import progress_bar
from watchclock_sim.archive.generate import Summary
from watchclock_sim.archive.program import run_archive
from watchclock_sim.archive.settings import ArchiveSettings

__all__ = ["archive"]

_DEFAULT: Final = ArchiveSettings(folder=Path())

Folder = Annotated[Path, typer.Argument(help=_("Where the archive is made, or completed."))]
Wands = Annotated[int, typer.Option(help=_("How many wands."))]
FirstNight = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help=_("Date of the first night.")),
]
LastNight = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d"], help=_("Date of the last night.")),
]
Nights = Annotated[int, typer.Option(help=_("How many nights, unless --to says it."))]
Records = Annotated[int, typer.Option(help=_("How many records all wands make together."))]
Dialects = Annotated[
    str, typer.Option(metavar="NAME:SHARE,…", help=_("Which kinds of wands, in which shares."))
]
Seed = Annotated[int, typer.Option(help=_("The source of chance."))]
Zone = Annotated[str, typer.Option(help=_("Time zone of the sites, an IANA name."))]
Workers = Annotated[int, typer.Option(help=_("Processes side by side; 0 is one for each core."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print the summary as JSON."))]


def archive(  # noqa: PLR0913 - every argument is an option of the command line
    *,
    folder: Folder,
    wands: Wands = _DEFAULT.wands,
    first: FirstNight = None,
    last: LastNight = None,
    nights: Nights = _DEFAULT.nights,
    records: Records = _DEFAULT.records,
    dialects: Dialects = _DEFAULT.dialects,
    seed: Seed = _DEFAULT.seed,
    zone: Zone = _DEFAULT.zone,
    workers: Workers = _DEFAULT.workers,
    as_json: AsJson = False,
) -> None:
    """Generate an archive; what is there already is kept."""
    settings = ArchiveSettings(
        folder=folder,
        wands=wands,
        from_=_DEFAULT.from_ if first is None else first.date(),
        to=None if last is None else last.date(),
        nights=nights,
        records=records,
        dialects=dialects,
        seed=seed,
        zone=zone,
        workers=workers,
        json=as_json,
    )
    _show(run_archive(settings), wands)


def _show(summaries: Iterable[Summary], wands: int) -> None:
    """Draw all summaries, with a bar on standard error while somebody looks."""
    with progress_bar(_("Generating"), wands) as tell:
        for summary in summaries:
            tell(summary.wands)
