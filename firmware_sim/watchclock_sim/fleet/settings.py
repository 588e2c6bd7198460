"""What the fleet command was told, checked before anything is opened."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.dialect_shares import numbers_of, parsed_shares
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.line.carriers.listening import LARGEST_PORT, ListeningPlace, listening_place
from watchclock_sim.option_parser import OptionHelp
from watchclock_sim.scenario_file import LARGEST_CAPACITY

__all__ = ["FleetSettings"]

MOST_WANDS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """What is to be served; docs/simulator.md explains each more widely."""

    tcp: Annotated[
        str, OptionHelp("Port of the first wand, the others behind it; 0 is any.", "[HOST:]PORT")
    ] = "0"
    dialects: Annotated[str, OptionHelp("How many of which kinds of wands.", "NAME:NUMBER,…")] = (
        "vs:600,fcard:400"
    )
    records: Annotated[int, OptionHelp("How many generated records each wand holds.", "N")] = 200
    seed: Annotated[int, OptionHelp("The source of chance.", "N")] = 0
    truth: Annotated[
        Path | None, OptionHelp("Write what truly happened to this file, as JSON.", "FILE")
    ] = None
    addresses: Annotated[
        Path | None, OptionHelp("Write all addresses to this file, too.", "FILE")
    ] = None
    json: Annotated[bool, OptionHelp("Print the ready line as JSON.")] = False

    def __post_init__(self) -> None:
        count = sum(parsed_shares(self.dialects).values())
        place = self.place()
        wrongs = {
            FilledReason("a fleet has at most {most} wands", most=MOST_WANDS): count > MOST_WANDS,
            FilledReason("--records is 0 to {most}", most=LARGEST_CAPACITY): not 0
            <= self.records
            <= LARGEST_CAPACITY,
            FilledReason("--seed is not negative"): self.seed < 0,
            FilledReason(
                "--tcp {tcp} leaves no {count} ports up to {largest}",
                tcp=self.tcp,
                count=count,
                largest=LARGEST_PORT,
            ): (place.port + count - 1 > LARGEST_PORT if place.port else False),
        }
        for reason, is_wrong in wrongs.items():
            if is_wrong:
                raise SimulatorOptionError(reason=reason)

    def place(self) -> ListeningPlace:
        """Where the first wand listens."""
        return listening_place("--tcp", self.tcp)

    def wands(self) -> list[tuple[str, str]]:
        """Dialect and number of every wand; where numbers run out they come again."""
        shares = parsed_shares(self.dialects)
        return [
            (name, number)
            for name, count in shares.items()
            for number in numbers_of(name, count, may_repeat=True)
        ]
