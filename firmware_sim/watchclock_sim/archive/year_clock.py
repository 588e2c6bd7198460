"""A wand's clock over a year: what it shows at many instants at once, with drift and faults."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from watchclock_protocol.wand_times import FIRST_SECOND, UNIX_EPOCH
from watchclock_sim.archive.rounds import Anomaly, Night, Numbers

__all__ = ["YearClock", "civil_of", "site_seconds"]

MILLION: Final = 1_000_000
SECOND: Final = timedelta(seconds=1)
FIRST_S: Final = (FIRST_SECOND - UNIX_EPOCH) // SECOND


def site_seconds(utc_s: int, zone: ZoneInfo) -> int:
    """The site's civil time as seconds since 1970-01-01 civil."""
    civil = datetime.fromtimestamp(utc_s, UTC).astimezone(zone).replace(tzinfo=None)
    return (civil - UNIX_EPOCH) // SECOND


def civil_of(seconds: int) -> datetime:
    """The civil time so many seconds after 1970-01-01 civil."""
    return UNIX_EPOCH + seconds * SECOND


class YearClock:
    """Counts on from the civil time it was last set to.

    Args:
        utc_s: when it was set, seconds since 1970-01-01 UTC.
        civil_s: to what, seconds since 1970-01-01 civil.
        drift_ppm: microseconds it gains in each second.
    """

    def __init__(self, utc_s: int, civil_s: int, drift_ppm: int) -> None:
        self._drift_ppm: Final = drift_ppm
        self.set_to(utc_s, civil_s)

    @property
    def is_faulty(self) -> bool:
        """It stopped or fell back, and nobody has set it since."""
        return self._fault is not None

    def set_to(self, utc_s: int, civil_s: int) -> None:
        """The host sets it, which ends every fault."""
        self._utc_s, self._civil_s = utc_s, civil_s
        self._fault: Anomaly | None = None
        self._fails_s = 0

    def live(self, night: Night) -> None:
        """A night begins in which the clock may fail; a clock that failed stays as it is."""
        found = night.anomalies & {Anomaly.CLOCK_RESET, Anomaly.CLOCK_STOPPED}
        if found and not self.is_faulty:
            (self._fault,) = found
            self._fails_s = night.middle_s

    def shown(self, utc_s: Numbers) -> Numbers:
        """What it shows at these instants, seconds since 1970-01-01 civil, n."""
        return self._civil_s + self._counted(utc_s - self._utc_s, utc_s)

    def shown_at(self, utc_s: int) -> int:
        """What it shows at one instant."""
        return int(self.shown(np.array([utc_s], np.int64))[0])

    def has_failed(self, utc_s: Numbers) -> npt.NDArray[np.bool_]:
        """Whether it had stopped or fallen back by these instants, n."""
        return (utc_s >= self._fails_s) & self.is_faulty

    def _counted(self, since: Numbers, utc_s: Numbers) -> Numbers:
        counted = since + since * self._drift_ppm // MILLION
        failed = utc_s >= self._fails_s
        match self._fault:
            case Anomaly.CLOCK_RESET:
                fresh = FIRST_S - self._civil_s + utc_s - self._fails_s
                return np.where(failed, fresh, counted)
            case Anomaly.CLOCK_STOPPED:
                until = self._fails_s - self._utc_s
                return np.where(failed, until + until * self._drift_ppm // MILLION, counted)
            case _:
                return counted
