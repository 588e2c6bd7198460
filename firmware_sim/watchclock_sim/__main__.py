"""``python -m watchclock_sim``: the simulator without the rest of watchclock.

The options are the fields of ``Settings``; ``watchclock sim --help`` explains them. Where the
first word is ``archive``, an archive is generated instead of a wand served, and where it is
``fleet``, many wands are.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from watchclock_sim.archive.program import archive_main
from watchclock_sim.errors import SimulatorError
from watchclock_sim.fleet.program import fleet_main
from watchclock_sim.option_parser import add_options, option_values
from watchclock_sim.program import run
from watchclock_sim.settings import ARGUMENTS, Settings

__all__ = ["main"]

EXIT_WRONG_USE: Final = 2
PROGRAMS: Final[Mapping[str, Callable[[Sequence[str]], None]]] = {
    "archive": archive_main,
    "fleet": fleet_main,
}
"""What is done instead of serving one wand, by the first word of the command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one wand, or one of the programs; 0 when it came to its end, 2 when it could not."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if words and words[0] in PROGRAMS:
            PROGRAMS[words[0]](words[1:])
        else:
            run(_settings(words))
    except SimulatorError as error:
        sys.stderr.write(f"{error} [{error.code}]\n{error.next_step}\n")
        return EXIT_WRONG_USE
    return 0


def _settings(arguments: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="watchclock_sim", allow_abbrev=False)
    add_options(parser, Settings, ARGUMENTS)
    return Settings(**option_values(parser.parse_intermixed_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
