"""``python -m watchclock_sim``: the simulator without the rest of watchclock.

The options are the fields of ``Settings``; ``watchclock sim --help`` explains them.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from watchclock_sim.errors import SimulatorError
from watchclock_sim.program import Settings, run
from watchclock_sim.wands.personality import personality_names

__all__ = ["main"]

EXIT_WRONG_USE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one wand; 0 when it was stopped, 2 when it could not start."""
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
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        run(Settings(fault=tuple(values.pop("fault")), **values))
    except SimulatorError as error:
        sys.stderr.write(f"{error} [{error.code}]\n{error.next_step}\n")
        return EXIT_WRONG_USE
    return 0


if __name__ == "__main__":
    sys.exit(main())
