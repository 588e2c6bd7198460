"""What the fleet command was told, checked before anything is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.dialect_shares import numbers_of, parsed_shares
from watchclock_sim.line.carriers.listening import LARGEST_PORT, parsed_place
from watchclock_sim.option_parser import OptionHelp
from watchclock_sim.shared_options import (
    JsonOption,
    NightDate,
    TruthFile,
    common_wrongs,
    refuse,
)
from watchclock_sim.usbip.exports import MOST_EXPORTS
from watchclock_sim.wands.personality import find_personality

__all__ = ["USUAL_DIALECTS", "USUAL_RECORDS", "FleetSettings"]

MOST_WANDS: Final = 10_000
USUAL_DIALECTS: Final = "vs:600,fcard:400"
USUAL_RECORDS: Final = 200
ANY_PORT: Final = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """What is to be served; docs/simulator.md explains each more widely."""

    tcp: Annotated[
        str | None,
        OptionHelp("Port of the first wand, the others behind it; 0 is any.", "[HOST:]PORT"),
    ] = None
    usbip: Annotated[
        str | None,
        OptionHelp(
            "Export all wands as USB devices of one bus over USB/IP; 0 is any port.", "[HOST:]PORT"
        ),
    ] = None
    dialects: Annotated[
        str | None,
        OptionHelp("How many of which kinds of wands.", "NAME:NUMBER,…", usual=USUAL_DIALECTS),
    ] = None
    records: Annotated[
        int | None,
        OptionHelp("How many generated records each wand holds.", "N", usual=str(USUAL_RECORDS)),
    ] = None
    scenario: Annotated[
        Path | None,
        OptionHelp("The night whose wands are served instead, a TOML file.", "FILE"),
    ] = None
    date: NightDate = None
    seed: Annotated[int | None, OptionHelp("The source of chance.", "N")] = None
    truth: TruthFile = None
    addresses: Annotated[
        Path | None, OptionHelp("Write all addresses to this file, too.", "FILE")
    ] = None
    json: JsonOption = False

    def __post_init__(self) -> None:
        generated = {"--dialects": self.dialects, "--records": self.records}
        wrongs = {
            FilledReason("--tcp and --usbip exclude each other"): None
            not in {self.tcp, self.usbip},
            **common_wrongs(date=self.date, scenario=self.scenario, records=self.records_a_wand),
            FilledReason("--seed is not negative"): (self.seed or 0) < 0,
        } | {
            FilledReason("--scenario and {option} exclude each other", option=option): bool(
                self.scenario and value is not None
            )
            for option, value in generated.items()
        }
        refuse(wrongs)
        if self.scenario is None:
            self.check_wands(self._shares())

    @property
    def records_a_wand(self) -> int:
        """How many generated records each wand holds."""
        return USUAL_RECORDS if self.records is None else self.records

    @property
    def where(self) -> tuple[str, str]:
        """The option that says where hosts find the wands, and its value."""
        if self.usbip is not None:
            return "--usbip", self.usbip
        return "--tcp", ANY_PORT if self.tcp is None else self.tcp

    def wands(self) -> list[tuple[str, str]]:
        """Dialect and number of every generated wand; where numbers run out they come again."""
        return [
            (name, number)
            for name, count in self._shares().items()
            for number in numbers_of(name, count, may_repeat=True)
        ]

    def check_wands(self, shares: Mapping[str, int]) -> None:
        """Make sure that so many wands of each kind can be reached the way that was asked for.

        Raises:
            SimulatorOptionError: they are too many, or there is one that has no USB.
        """
        count = sum(shares.values())
        is_usb = self.usbip is not None
        port = parsed_place(*self.where).port
        wrongs = {
            FilledReason("a fleet has at most {most} wands", most=MOST_WANDS): count > MOST_WANDS,
            FilledReason(
                "a USB bus has room for {most} devices, and the fleet has {count} wands",
                most=MOST_EXPORTS,
                count=count,
            ): is_usb and count > MOST_EXPORTS,
            FilledReason(
                "--tcp {tcp} leaves no {count} ports up to {largest}",
                tcp=self.tcp,
                count=count,
                largest=LARGEST_PORT,
            ): not is_usb and bool(port) and port + count - 1 > LARGEST_PORT,
        }
        refuse(wrongs)
        for name in shares if is_usb else ():
            personality = find_personality(name)
            personality.usb_profile(personality.default_number)

    def _shares(self) -> Mapping[str, int]:
        return parsed_shares(USUAL_DIALECTS if self.dialects is None else self.dialects)
