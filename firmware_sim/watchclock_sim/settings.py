"""The options of one simulated wand, listed once for both commands, and which go together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.option_parser import OptionHelp
from watchclock_sim.shared_options import (
    JsonOption,
    NightDate,
    TruthFile,
    common_wrongs,
    refuse,
)
from watchclock_sim.wands.personality import find_personality, personality_names

__all__ = ["ARGUMENTS", "PORT_OPTIONS", "Settings", "check"]

ARGUMENTS: Final = frozenset({"dialect", "link"})
"""The settings that are no options."""
PORT_OPTIONS: Final = ("pty", "tcp", "rfc2217", "usbip", "usbredir")
"""Where a wand can be plugged in; it needs exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command was told; docs/simulator.md explains each more widely."""

    dialect: Annotated[str, OptionHelp("Which kind of wand.", known=personality_names)]
    link: Annotated[Path | None, OptionHelp("Where to keep a link to the pty.")] = None
    pty: Annotated[bool, OptionHelp("Serve on a new pseudo-terminal.")] = False
    tcp: Annotated[str | None, OptionHelp("Serve on a TCP port; 0 is any.", "[HOST:]PORT")] = None
    usbip: Annotated[
        str | None,
        OptionHelp("Export the wand as a USB device over USB/IP; 0 is any port.", "[HOST:]PORT"),
    ] = None
    usbredir: Annotated[
        Path | None,
        OptionHelp("Offer the wand as a USB device to QEMU, on a UNIX socket there.", "PATH"),
    ] = None
    usb_id: Annotated[str | None, OptionHelp("Another identity of the USB device.", "VID:PID")] = (
        None
    )
    rfc2217: Annotated[
        str | None,
        OptionHelp(
            "Serve on a TCP port with the settings and lines of a serial port (RFC 2217).",
            "[HOST:]PORT",
        ),
    ] = None
    scenario: Annotated[Path | None, OptionHelp("The night to walk, a TOML file.", "FILE")] = None
    wand: Annotated[str | None, OptionHelp("Which wand of the scenario.", "KEY")] = None
    date: NightDate = None
    seed: Annotated[int | None, OptionHelp("The source of chance.", "N")] = None
    truth: TruthFile = None
    records: Annotated[
        int, OptionHelp("Fill the memory with so many generated records instead.", "N")
    ] = 0
    number: Annotated[str | None, OptionHelp("The wand's own number.", "N")] = None
    baud: Annotated[int, OptionHelp("Speed of the line; 0 is as fast as possible.", "RATE")] = 0
    fault: Annotated[
        tuple[str, ...], OptionHelp("A fault; may be given more than once.", "KIND:KEY=N,…")
    ] = ()
    json: JsonOption = False


def check(settings: Settings) -> None:
    """Make sure that the options go together.

    Raises:
        SimulatorOptionError: they do not.
        PersonalityUnknownError: nobody can simulate such a wand.
    """
    ways = [name for name in PORT_OPTIONS if getattr(settings, name) not in {None, False}]
    wrongs = {
        FilledReason("choose exactly one of {options}", options=_listed(PORT_OPTIONS)): len(ways)
        != 1,
        FilledReason("--usb-id needs --usbip or --usbredir"): settings.usb_id is not None
        and settings.usbip is None
        and settings.usbredir is None,
        FilledReason("a link needs --pty"): settings.link is not None and not settings.pty,
        FilledReason("--scenario and --records exclude each other"): bool(
            settings.scenario and settings.records
        ),
        FilledReason("--truth needs --scenario"): bool(settings.truth and not settings.scenario),
        FilledReason("--wand needs --scenario"): bool(settings.wand and not settings.scenario),
        **common_wrongs(date=settings.date, scenario=settings.scenario, records=settings.records),
        FilledReason("--baud is not negative"): settings.baud < 0,
    }
    refuse(wrongs)
    personality = find_personality(settings.dialect)
    if settings.number is not None:
        personality.check_number(settings.number)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in names)
