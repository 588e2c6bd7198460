"""The nights of one wand: guards on their rounds, all touches of a night worked out at once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["GUARDS", "Anomaly", "Night", "Numbers", "Touches", "walked"]

Numbers: TypeAlias = npt.NDArray[np.int64]

GUARDS: Final = 3
"""Guards who take turns with one wand."""
LEGS_SHARE: Final = 0.8
"""Of the time between the beginnings of two rounds, what a guard walks; the rest is a break."""
STROLL: Final = 0.6
"""By how much of a leg a guard may come late to its end."""
CHEAT_S: Final = 4
"""Seconds between two touches of a guard who has brought the tags to one place."""


class Anomaly(StrEnum):
    """What is not as it should be with a night; the words of the truth."""

    LATE_DOWNLOAD = "late_download"
    CLOCK_RESET = "clock_reset"
    CLOCK_STOPPED = "clock_stopped"
    OVERWRITTEN = "overwritten"
    CHEATING = "cheating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night of one wand.

    Attributes:
        number: which night, from 0.
        name: its date, as text.
        begins_s: when the shift begins, seconds since 1970-01-01 UTC.
        ends_s: when it ends.
        download_s: when the wand is, or would be, downloaded.
        made: how many records the wand makes in it.
        is_downloaded: whether it is downloaded in the morning.
        anomalies: what is wrong with it from the beginning.
    """

    number: int
    name: str
    begins_s: int
    ends_s: int
    download_s: int
    made: int
    is_downloaded: bool
    anomalies: frozenset[Anomaly]

    @property
    def middle_s(self) -> int:
        """When the clock fails, if it fails in this night."""
        return (self.begins_s + self.ends_s) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Touches:
    """The touches of one night.

    Attributes:
        utc_s: true instants, seconds since 1970-01-01 UTC, ascending, n.
        places: which checkpoint of the site, from 0, n; the first is the guard's own tag where
            the wand knows such tags.
        guard: number of the guard who carries the wand, from 1.
    """

    utc_s: Numbers
    places: Numbers
    guard: int


def walked(night: Night, count: int, checkpoints: int, chance: np.random.Generator) -> Touches:
    """The touches of a night in which ``count`` tags are touched on rounds of the site."""
    order = np.arange(count, dtype=np.int64)
    rounds, legs = np.divmod(order, checkpoints)
    every_s = (night.ends_s - night.begins_s) / max(1, -(-count // checkpoints))
    if Anomaly.CHEATING in night.anomalies:
        since = legs * min(CHEAT_S, every_s / checkpoints)
    else:
        leg_s = LEGS_SHARE * every_s / checkpoints
        since = (legs + STROLL * chance.random(count)) * leg_s
    at = night.begins_s + rounds * every_s + since
    return Touches(utc_s=at.astype(np.int64), places=legs, guard=1 + night.number % GUARDS)
