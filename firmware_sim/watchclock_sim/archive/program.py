"""``python -m watchclock_sim archive``: an archive of a year's captures, for load tests.

The options are the fields of ``ArchiveSettings``; ``watchclock sim archive --help`` explains them.
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

from watchclock_sim.archive.generate import Summary, generate
from watchclock_sim.archive.settings import ARGUMENTS, ArchiveSettings
from watchclock_sim.option_parser import add_options, option_values

__all__ = ["archive_main", "run_archive"]

LOG: Final = logging.getLogger(__name__)


def run_archive(settings: ArchiveSettings) -> Iterator[Summary]:
    """Generate, telling what there is after every wand; the summary is printed at the end.

    Raises:
        SimulatorError: it cannot be generated, or not to its end.
    """
    total = Summary()
    for total in generate(settings):
        yield total
    told = asdict(total) | {"folder": str(settings.folder)}
    kept = total.captures - total.written
    sentence = (
        f"{settings.folder}: {total.captures} captures of {total.wands} wands hold "
        f"{total.records} records, {total.overwritten} were overwritten; "
        f"{total.written} written, {kept} kept."
    )
    sys.stdout.write(f"{json.dumps(told) if settings.json else sentence}\n")
    sys.stdout.flush()


def archive_main(arguments: Sequence[str]) -> None:
    """Take the options of the command line and generate.

    Raises:
        SimulatorError: as ``run_archive``.
    """
    parser = argparse.ArgumentParser(prog="watchclock_sim archive", allow_abbrev=False)
    add_options(parser, ArchiveSettings, ARGUMENTS)
    settings = ArchiveSettings(**option_values(parser.parse_args(arguments)))
    _log(run_archive(settings), settings.wands)


def _log(summaries: Iterable[Summary], wands: int) -> None:
    for summary in summaries:
        LOG.info("%d of %d wands, %d records", summary.wands, wands, summary.records)
