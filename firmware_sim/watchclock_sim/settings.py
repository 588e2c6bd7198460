"""The options of one simulated wand, listed once for both commands, and which go together."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.scenario import FIRST_DAY, LAST_DAY
from watchclock_sim.scenario_file import LARGEST_CAPACITY
from watchclock_sim.wands.personality import find_personality

__all__ = ["PORT_OPTIONS", "Settings", "check"]

PORT_OPTIONS: Final = ("pty", "tcp", "rfc2217", "usbip", "usbredir")
"""Where a wand can be plugged in; it needs exactly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command was told; docs/simulator.md explains each.

    Attributes:
        dialect: which kind of wand.
        pty: serve on a new pseudo-terminal.
        link: where a link to it is kept.
        tcp: serve on ``[HOST:]PORT``.
        usbip: export it as a USB device on ``[HOST:]PORT``, in the protocol USB/IP.
        usbredir: offer it as a USB device to the virtual machine that connects to this socket.
        usb_id: ``VID:PID`` of the USB device, in place of the wand's own.
        rfc2217: serve on ``[HOST:]PORT``, settings and modem lines included.
        scenario: file of the night to walk.
        wand: which wand of the scenario; may be left out where only one speaks the dialect.
        date: day on which the night begins, in place of the scenario's.
        seed: source of chance, in place of the scenario's.
        truth: file to write what truly happened to, as JSON.
        records: how many generated records the memory holds, without a scenario.
        number: the wand's own number, in place of the scenario's or the default.
        baud: speed of the line, 0 for as fast as possible.
        fault: faults of the wand and its link.
        json: print the ready line as JSON.
    """

    dialect: str
    pty: bool = False
    link: Path | None = None
    tcp: str | None = None
    usbip: str | None = None
    usbredir: Path | None = None
    usb_id: str | None = None
    rfc2217: str | None = None
    scenario: Path | None = None
    wand: str | None = None
    date: dt.date | None = None
    seed: int | None = None
    truth: Path | None = None
    records: int = 0
    number: str | None = None
    baud: int = 0
    fault: tuple[str, ...] = ()
    json: bool = False


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
        FilledReason("--date needs --scenario"): bool(settings.date and not settings.scenario),
        FilledReason("--date is {first} to {last}", first=FIRST_DAY, last=LAST_DAY): settings.date
        is not None
        and not FIRST_DAY <= settings.date <= LAST_DAY,
        FilledReason("--records is 0 to {most}", most=LARGEST_CAPACITY): not 0
        <= settings.records
        <= LARGEST_CAPACITY,
        FilledReason("--baud is not negative"): settings.baud < 0,
    }
    for reason, is_wrong in wrongs.items():
        if is_wrong:
            raise SimulatorOptionError(reason=reason)
    personality = find_personality(settings.dialect)
    if settings.number is not None:
        personality.check_number(settings.number)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in names)
