"""Decides, from the options alone, what happens to every wand of an archive in every night."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from watchclock_sim.archive.fcard_year import FcardYear
from watchclock_sim.archive.rounds import Anomaly, Night, Numbers
from watchclock_sim.archive.session_year import SessionYear
from watchclock_sim.archive.settings import ArchiveSettings, WandPlace
from watchclock_sim.archive.site import YearSetup
from watchclock_sim.archive.voice import Voice
from watchclock_sim.archive.vs_year import VsYear
from watchclock_sim.archive.wm5000t_year import Wm5000tYear
from watchclock_sim.archive.year_clock import YearClock, site_seconds

__all__ = ["made_records", "nights_of", "session_seed", "voice_of"]

BEGINS: Final = dt.time(20)
ENDS: Final = dt.time(6)
DOWNLOAD_FROM: Final = dt.time(7)
DOWNLOAD_WITHIN_S: Final = 3600
MOST_LATE_NIGHTS: Final = 3
LATE_SHARE: Final = 0.02
CLOCK_SHARE: Final = 0.004
CHEATING_SHARE: Final = 0.01
SMALL_MEMORY_SHARE: Final = 0.05
ROOM_NIGHTS: Final = 12
"""So many ordinary nights fit into an ordinary memory, and into a small one fewer than two."""
SMALL_ROOM_NIGHTS: Final = 1.6
FEWEST_ROOM: Final = 100
MOST_ROOM: Final = 60_000
CHECKPOINTS: Final = (8, 30)
MOST_DRIFT_PPM: Final = 60
COUNTING, LIVING, TALKING = range(3)
"""What is drawn apart, so that one does not change the other."""

BULK_VOICES: Final[Mapping[str, Callable[[YearSetup], Voice]]] = {
    "fcard": FcardYear,
    "vs": VsYear,
    "wm5000t": Wm5000tYear,
}
"""Wands whose nights are worked out in bulk; all others live through theirs touch by touch."""


def made_records(settings: ArchiveSettings) -> Numbers:
    """How many records each wand makes in each night: wands by nights, all add up."""
    chance = np.random.default_rng([settings.seed, COUNTING])
    shares = 0.5 + chance.random((settings.wands, settings.night_count))
    exact: Numbers = np.floor(shares * (settings.records / shares.sum())).astype(np.int64)
    left = settings.records - int(exact.sum())
    exact.reshape(-1)[:left] += 1
    return exact


def nights_of(settings: ArchiveSettings, wand: WandPlace, made: Numbers) -> Iterator[Night]:
    """The nights of one wand.

    Args:
        settings: what is to be generated.
        wand: which wand.
        made: its row of ``made_records``.
    """
    chance = np.random.default_rng([settings.seed, LIVING, wand.place])
    zone, count = settings.zone_info(), settings.night_count
    missed = _missed(chance, count)
    draws = chance.random((3, count))
    may_fail = wand.dialect in BULK_VOICES
    for number in range(count):
        day = settings.from_ + dt.timedelta(days=number)
        after = day + dt.timedelta(days=1)
        due_s = _utc_s(after, DOWNLOAD_FROM, zone)
        yield Night(
            number=number,
            name=day.isoformat(),
            begins_s=_utc_s(day, BEGINS, zone),
            ends_s=_utc_s(after, ENDS, zone),
            download_s=due_s + int(draws[0, number] * DOWNLOAD_WITHIN_S),
            made=int(made[number]),
            is_downloaded=not missed[number],
            # A clock that failed and was not set since cannot fail again.
            anomalies=_anomalies(
                draws[1, number],
                draws[2, number],
                fails=may_fail and not (number and missed[number - 1]),
            ),
        )


def voice_of(settings: ArchiveSettings, wand: WandPlace, made: Numbers) -> Voice:
    """The wand before its first night.

    Args:
        settings: what is to be generated.
        wand: which wand.
        made: its row of ``made_records``.
    """
    chance = np.random.default_rng([settings.seed, TALKING, wand.place])
    is_small = chance.random() < SMALL_MEMORY_SHARE
    nights = SMALL_ROOM_NIGHTS if is_small else ROOM_NIGHTS
    zone = settings.zone_info()
    begins_s = _utc_s(settings.from_, DOWNLOAD_FROM, zone)
    drift_ppm = int(chance.integers(-MOST_DRIFT_PPM, MOST_DRIFT_PPM, endpoint=True))
    setup = YearSetup(
        dialect=wand.dialect,
        number=wand.number,
        capacity=min(MOST_ROOM, max(FEWEST_ROOM, int(nights * float(made.mean())))),
        checkpoints=int(chance.integers(*CHECKPOINTS, endpoint=True)),
        clock=YearClock(begins_s, site_seconds(begins_s, zone), drift_ppm),
        seed=int(chance.integers(1 << 32)),
        chance=chance,
    )
    bulk = BULK_VOICES.get(wand.dialect)
    return SessionYear(setup, begins_s, zone) if bulk is None else bulk(setup)


def session_seed(settings: ArchiveSettings, wand: WandPlace, night: Night) -> int:
    """The seed of the host's session in this download."""
    return settings.seed + wand.place * settings.night_count + night.number


def _missed(chance: np.random.Generator, count: int) -> list[bool]:
    """Nights after which nobody downloads the wand; never the last."""
    missed = [False] * count
    for begin in np.flatnonzero(chance.random(count) < LATE_SHARE).tolist():
        for number in range(
            begin, begin + int(chance.integers(1, MOST_LATE_NIGHTS, endpoint=True))
        ):
            if number < count - 1 and not all(missed[max(0, number - MOST_LATE_NIGHTS) : number]):
                missed[number] = True
    return missed


def _anomalies(clock: float, cheating: float, *, fails: bool) -> frozenset[Anomaly]:
    found = {
        Anomaly.CLOCK_RESET: fails and clock < CLOCK_SHARE / 2,
        Anomaly.CLOCK_STOPPED: fails and CLOCK_SHARE / 2 <= clock < CLOCK_SHARE,
        Anomaly.CHEATING: cheating < CHEATING_SHARE,
    }
    return frozenset(name for name, is_so in found.items() if is_so)


def _utc_s(day: dt.date, at: dt.time, zone: ZoneInfo) -> int:
    return int(dt.datetime.combine(day, at, zone).timestamp())
