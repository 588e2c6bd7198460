"""What the archive command was told, checked before anything is written."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.dialect_shares import numbers_of, parsed_shares
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.option_parser import OptionHelp
from watchclock_sim.wands.personality import find_personality

__all__ = ["ARGUMENTS", "ArchiveSettings", "WandPlace"]

ARGUMENTS: Final = frozenset({"folder"})
"""The settings that are no options."""
MOST_WANDS: Final = 10_000
MOST_NIGHTS: Final = 3_660
MOST_WORKERS: Final = 64
MOST_A_NIGHT: Final = 15_000
"""Records a wand makes in a night at most: four nights must fit into the count of a WM-5000T."""
LAST_YEAR: Final = 2099


@dataclass(frozen=True, slots=True, kw_only=True)
class WandPlace:
    """One wand of the fleet.

    Attributes:
        place: from 0; decides everything that is drawn for it.
        dialect: what it speaks.
        number: its own number.
    """

    place: int
    dialect: str
    number: str

    @property
    def folder(self) -> str:
        """Name of the folder of its captures."""
        return f"{self.dialect}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """What is to be generated; docs/simulator.md explains each more widely."""

    folder: Annotated[Path, OptionHelp("Where the archive is made, or completed.")]
    wands: Annotated[int, OptionHelp("How many wands.", "N")] = 100
    from_: Annotated[dt.date, OptionHelp("Date of the first night.", "YYYY-MM-DD")] = dt.date(
        2025, 1, 1
    )
    to: Annotated[dt.date | None, OptionHelp("Date of the last night.", "YYYY-MM-DD")] = None
    nights: Annotated[int, OptionHelp("How many nights, unless --to says it.", "N")] = 365
    records: Annotated[int, OptionHelp("How many records all wands make together.", "N")] = (
        10_000_000
    )
    dialects: Annotated[
        str, OptionHelp("Which kinds of wands, in which shares.", "NAME:SHARE,…")
    ] = "vs:2,wm5000t:1,fcard:2"
    seed: Annotated[int, OptionHelp("The source of chance.", "N")] = 0
    zone: Annotated[str, OptionHelp("Time zone of the sites, an IANA name.", "NAME")] = (
        "Asia/Shanghai"
    )
    workers: Annotated[int, OptionHelp("Processes side by side; 0 is one for each core.", "N")] = 0
    json: Annotated[bool, OptionHelp("Print the summary as JSON.")] = False

    def __post_init__(self) -> None:
        wrongs = {
            FilledReason("--wands is 1 to {most}", most=MOST_WANDS): not 1
            <= self.wands
            <= MOST_WANDS,
            FilledReason("--nights, or --from to --to, is 1 to {most}", most=MOST_NIGHTS): not (
                1 <= self.night_count <= MOST_NIGHTS
            ),
            FilledReason("the nights are in the years 2000 to {last}", last=LAST_YEAR): not (
                self.from_.year >= 2000 and self.last_night.year <= LAST_YEAR  # noqa: PLR2004
            ),
            FilledReason("--records is at least 1 for each wand"): self.records < self.wands,
            FilledReason("--records is at most {most} a wand and night", most=MOST_A_NIGHT): (
                self.records > MOST_A_NIGHT * self.wands * max(1, self.night_count)
            ),
            FilledReason("--workers is 0 to {most}", most=MOST_WORKERS): not 0
            <= self.workers
            <= MOST_WORKERS,
            FilledReason("--seed is not negative"): self.seed < 0,
        }
        for reason, is_wrong in wrongs.items():
            if is_wrong:
                raise SimulatorOptionError(reason=reason)
        self.zone_info()
        self.fleet()

    @property
    def night_count(self) -> int:
        """How many nights."""
        return self.nights if self.to is None else (self.to - self.from_).days + 1

    @property
    def last_night(self) -> dt.date:
        """Date of the last night, or of the last possible day where there would be none."""
        days = min(max(0, self.night_count - 1), (dt.date.max - self.from_).days)
        return self.from_ + dt.timedelta(days=days)

    @property
    def processes(self) -> int:
        """How many work side by side."""
        return min(self.workers or os.cpu_count() or 1, self.wands)

    def zone_info(self) -> ZoneInfo:
        """The sites' time zone.

        Raises:
            SimulatorOptionError: there is none of this name.
        """
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            reason = FilledReason("{zone} is no time zone", zone=self.zone)
            raise SimulatorOptionError(reason=reason) from error

    def fleet(self) -> tuple[WandPlace, ...]:
        """All wands.

        Raises:
            SimulatorOptionError: the dialects cannot be understood, or have fewer numbers.
        """
        shares = parsed_shares(self.dialects, self.wands)
        for name in shares:
            find_personality(name)
            if find_dialect(name).host is None:
                reason = FilledReason("a {dialect} keeps no records", dialect=name)
                raise SimulatorOptionError(reason=reason)
        named = [(name, number) for name in shares for number in numbers_of(name, shares[name])]
        return tuple(
            WandPlace(place=place, dialect=name, number=number)
            for place, (name, number) in enumerate(named)
        )

    def told(self) -> Mapping[str, object]:
        """What decides the bytes of the archive, for the note that is kept in its folder."""
        return {
            "from": self.from_.isoformat(),
            "dialects": self.dialects,
            "nights": self.night_count,
            "records": self.records,
            "seed": self.seed,
            "wands": self.wands,
            "zone": self.zone,
        }
