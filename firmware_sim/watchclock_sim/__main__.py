"""``python -m watchclock_sim``: the simulator without the rest of watchclock.

The options are the fields of ``Settings``; ``watchclock sim --help`` explains them.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Final, get_type_hints

from watchclock_sim.errors import SimulatorError
from watchclock_sim.program import run
from watchclock_sim.settings import Settings
from watchclock_sim.wands.personality import personality_names

__all__ = ["main"]

EXIT_WRONG_USE: Final = 2
READ_AS: Final[dict[object, Callable[[str], object]]] = {
    int: int,
    str: str,
    int | None: int,
    str | None: str,
    Path | None: Path,
    date | None: date.fromisoformat,
}
ARGUMENTS: Final = frozenset({"dialect", "link"})
"""The settings that are no options."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one wand; 0 when it was stopped, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="watchclock_sim", allow_abbrev=False)
    parser.add_argument("dialect", choices=personality_names())
    parser.add_argument("link", type=Path, nargs="?")
    _add_options(parser)
    values = vars(parser.parse_intermixed_args(arguments))
    values["fault"] = tuple(values["fault"])
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        run(Settings(**values))
    except SimulatorError as error:
        sys.stderr.write(f"{error} [{error.code}]\n{error.next_step}\n")
        return EXIT_WRONG_USE
    return 0


def _add_options(parser: argparse.ArgumentParser) -> None:
    """One option a field; its type says how it is read."""
    types = get_type_hints(Settings)
    for field in fields(Settings):
        kind: Any = types[field.name]
        name = f"--{field.name.replace('_', '-')}"
        if field.name in ARGUMENTS:
            continue
        if kind is bool:
            parser.add_argument(name, action="store_true")
        elif kind == tuple[str, ...]:
            parser.add_argument(name, action="append", default=[])
        else:
            parser.add_argument(name, type=READ_AS[kind], default=field.default)


if __name__ == "__main__":
    sys.exit(main())
