"""``python -m watchclock_sim``: the simulator without the rest of watchclock.

``python -m watchclock_sim archive FOLDER`` generates an archive instead. The options of a wand are the fields of ``Settings``; ``watchclock sim --help`` explains them.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from watchclock_sim.archive.program import archive_main
from watchclock_sim.errors import SimulatorError
from watchclock_sim.program import Settings, run
from watchclock_sim.wands.personality import personality_names

__all__ = ["main"]

EXIT_WRONG_USE: Final = 2


PROGRAMS: Final[Mapping[str, Callable[[Sequence[str]], None]]] = {"archive": archive_main}
"""What is done instead of running one wand, by the first word of the command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one wand, or one of the programs; 0 when it came to its end, 2 when it could not."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        program = PROGRAMS.get(words[0]) if words else None
        if program is None:
            run(_settings(words))
        else:
            program(words[1:])
    except SimulatorError as error:
        sys.stderr.write(f"{error} [{error.code}]\n{error.next_step}\n")
        return EXIT_WRONG_USE
    return 0


def _settings(arguments: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="watchclock_sim", allow_abbrev=False)
    parser.add_argument("dialect", choices=personality_names())
    parser.add_argument("link", type=Path, nargs="?")
    parser.add_argument("--pty", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fault", action="append", default=[])
    for name in ("--tcp", "--wand", "--number"):
        parser.add_argument(name)
    for name in ("--scenario", "--truth"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--date", type=date.fromisoformat)
    parser.add_argument("--seed", type=int)
    for name in ("--records", "--baud"):
        parser.add_argument(name, type=int, default=0)
    values = vars(parser.parse_intermixed_args(arguments))
    return Settings(fault=tuple(values.pop("fault")), **values)


if __name__ == "__main__":
    sys.exit(main())
