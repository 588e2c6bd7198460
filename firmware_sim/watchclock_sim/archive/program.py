"""``python -m watchclock_sim archive``: an archive of a year's captures, for load tests.

The options are the fields of ``ArchiveSettings``; ``watchclock sim archive --help`` explains them.
"""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.archive.generate import Summary, generate
from watchclock_sim.archive.settings import ARGUMENTS, ArchiveSettings
from watchclock_sim.option_parser import add_options, option_values

__all__ = ["archive_main", "run_archive"]

LOG: Final = logging.getLogger(__name__)


def run_archive(settings: ArchiveSettings, said: Callable[[str], str] = str) -> Iterator[Summary]:
    """Generate, telling what there is after every wand; the summary is printed at the end.

    SIGTERM ends it as Ctrl-C does.

    Args:
        settings: what is generated.
        said: a sentence in the reader's language.

    Raises:
        SimulatorError: it cannot be generated, or not to its end.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    total = Summary()
    for total in generate(settings):
        yield total
    told: Mapping[str, object] = asdict(total) | {"folder": str(settings.folder)}
    sentence = FilledReason(
        "{folder}: {captures} captures of {wands} wands hold {records} records, "
        "{overwritten} were overwritten; {written} written, {kept} kept.",
        kept=total.captures - total.written,
        **told,
    )
    sys.stdout.write(f"{json.dumps(told) if settings.json else said(sentence)}\n")
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
