"""Options that one wand and a fleet of them have in common, with their help and their rules."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.option_parser import OptionHelp
from watchclock_sim.scenario import FIRST_DAY, LAST_DAY
from watchclock_sim.scenario_file import LARGEST_CAPACITY

__all__ = ["JsonOption", "NightDate", "TruthFile", "Wrongs", "common_wrongs", "refuse"]

NightDate = Annotated[
    dt.date | None, OptionHelp("Another day for the night to begin on.", "YYYY-MM-DD")
]
TruthFile = Annotated[
    Path | None, OptionHelp("Write what truly happened to this file, as JSON.", "FILE")
]
JsonOption = Annotated[bool, OptionHelp("Print the ready line as JSON.")]
Wrongs = Mapping[FilledReason, bool]
"""What options may not be, and whether they are."""


def common_wrongs(*, date: dt.date | None, scenario: Path | None, records: int) -> Wrongs:
    """What holds for the night and the memories of one wand and of many.

    Args:
        date: on which the night is to begin.
        scenario: the night's file.
        records: how many generated records a wand holds.
    """
    return {
        FilledReason("--date needs --scenario"): bool(date and not scenario),
        FilledReason("--date is {first} to {last}", first=FIRST_DAY, last=LAST_DAY): (
            date is not None and not FIRST_DAY <= date <= LAST_DAY
        ),
        FilledReason("--records is 0 to {most}", most=LARGEST_CAPACITY): (
            not 0 <= records <= LARGEST_CAPACITY
        ),
    }


def refuse(wrongs: Wrongs) -> None:
    """Raise the first that is so.

    Raises:
        SimulatorOptionError: there is one.
    """
    for reason, is_wrong in wrongs.items():
        if is_wrong:
            raise SimulatorOptionError(reason=reason)
