"""``python -m watchclock_sim``: the simulator without the rest of watchclock, in English.

What it needs is loaded only here, so that a missing extra is told in a sentence.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Final

from watchclock_sim.errors import (
    SimulatorError,
    SimulatorInterruptedError,
    SimulatorPartMissingError,
)

__all__ = ["main"]

EXIT_WRONG_USE: Final = 2
EXIT_INTERRUPTED: Final = 130
"""As shells have it after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 when it came to its end, 2 when it could not, 130 after Ctrl-C."""
    try:
        _run(sys.argv[1:] if arguments is None else arguments)
    except SimulatorError as error:
        return _tell(error, EXIT_WRONG_USE)
    except KeyboardInterrupt:
        return _tell(SimulatorInterruptedError(), EXIT_INTERRUPTED)
    return 0


def _run(words: Sequence[str]) -> None:
    try:
        run_words = importlib.import_module("watchclock_sim.command_line").run_words
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("watchclock"):
            raise
        raise SimulatorPartMissingError(package=error.name, extra="sim") from error
    run_words(words)


def _tell(error: SimulatorError, exit_code: int) -> int:
    sys.stderr.write(f"{error} [{error.code}]\n{error.advice}\n")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
