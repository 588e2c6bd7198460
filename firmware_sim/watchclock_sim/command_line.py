"""The simulator's own command line: one wand, or the program that the first word names.

Where that is ``archive``, an archive is generated instead of a wand served, and where it is
``fleet``, many wands are.
"""

import argparse
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from watchclock_sim.archive.program import archive_main
from watchclock_sim.fleet.program import fleet_main
from watchclock_sim.option_parser import add_options, option_values
from watchclock_sim.program import run
from watchclock_sim.settings import ARGUMENTS, Settings

__all__ = ["run_words"]

PROGRAMS: Final[Mapping[str, Callable[[Sequence[str]], None]]] = {
    "archive": archive_main,
    "fleet": fleet_main,
}
"""What is done instead of serving one wand, by the first word of the command line."""


def run_words(words: Sequence[str]) -> None:
    """Run one wand, or one of the programs, to its end.

    Raises:
        SimulatorError: it cannot be done.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if words and words[0] in PROGRAMS:
        PROGRAMS[words[0]](words[1:])
    else:
        run(_settings(words))


def _settings(arguments: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="watchclock_sim", allow_abbrev=False)
    add_options(parser, Settings, ARGUMENTS)
    return Settings(**option_values(parser.parse_intermixed_args(arguments)))
