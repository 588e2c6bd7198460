"""The wand's real-time clock: civil, without zone or summer time, and not always right."""

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["EPOCH", "WandClock"]

# What a clock shows after its supply was lost, as most of the chips do (DS1307 data sheet).
EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - wand time is civil and has no zone
CENTURY: Final = timedelta(days=36_525)
MILLION: Final = 1_000_000
MICROSECOND: Final = timedelta(microseconds=1)


class WandClock:
    """A clock that counts on from the civil time it was last set to.

    Args:
        civil: the time it was meant to show at ``utc``.
        utc: the true instant of that.
        offset_s: seconds by which it is ahead of ``civil`` until someone sets it.
        drift_ppm: microseconds it gains in each second.
        stops_at: the true instant from which its oscillator stands still.
        resets_at: the true instant at which it falls back to ``EPOCH``.
    """

    def __init__(
        self,
        *,
        civil: datetime,
        utc: datetime,
        offset_s: int = 0,
        drift_ppm: int = 0,
        stops_at: datetime | None = None,
        resets_at: datetime | None = None,
    ) -> None:
        self._civil = civil + timedelta(seconds=offset_s)
        self._utc = utc
        self._drift_ppm = drift_ppm
        self._stops_at = stops_at
        self._resets_at = resets_at

    @classmethod
    def showing_utc(cls, utc: datetime) -> "WandClock":
        """A faultless clock that shows UTC."""
        return cls(civil=utc.astimezone(UTC).replace(tzinfo=None), utc=utc)

    def reading(self, utc: datetime) -> datetime:
        """What the clock shows at that instant, 2000 to 2099, in whole seconds, without zone."""
        return self.exact(utc).replace(microsecond=0)

    def exact(self, utc: datetime) -> datetime:
        """The same with the part of a second that most wands do not tell."""
        civil, since = self._civil, self._utc
        if self._resets_at is not None and since < self._resets_at <= utc:
            civil, since = EPOCH, self._resets_at
        shown = civil + self._counted(since, utc)
        return EPOCH + (shown - EPOCH) % CENTURY

    def set_to(self, civil: datetime, utc: datetime) -> None:
        """The host sets the clock. A stopped oscillator stays stopped at the new time."""
        self._civil = civil
        self._utc = utc

    def _counted(self, since: datetime, utc: datetime) -> timedelta:
        until = utc
        if self._stops_at is not None and utc > self._stops_at:
            until = max(since, self._stops_at)
        elapsed_us = (until - since) // MICROSECOND
        return timedelta(microseconds=elapsed_us + elapsed_us * self._drift_ppm // MILLION)
