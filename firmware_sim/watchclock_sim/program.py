"""Turns the options of the command into one wand on one port and runs it."""

import datetime as dt
import json
import logging
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.generated import generated_touches
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.line.carriers.port import Clock, Port, SystemClock
from watchclock_sim.line.carriers.pty_port import PtyPort
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import Fault, LineFaults, lost_records, parse_fault
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.scenario_file import DEFAULT_CAPACITY, LARGEST_CAPACITY, load
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["Settings", "run"]

LOG: Final = logging.getLogger(__name__)
LOOPBACK: Final = "127.0.0.1"
LARGEST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command was told; docs/simulator.md explains each.

    Attributes:
        dialect: which kind of wand.
        pty: serve on a new pseudo-terminal.
        link: where a link to it is kept.
        tcp: serve on ``[HOST:]PORT``.
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


class _Ready(NamedTuple):
    """A wand with its memory filled, its name and the faults it brings."""

    firmware: Firmware
    identity: str
    faults: tuple[Fault, ...]


def run(settings: Settings) -> None:
    """Serve the wand until Ctrl-C or SIGTERM; one line on standard output when it is ready.

    Raises:
        SimulatorError: it cannot start; the error says why.
    """
    _check(settings)
    clock = SystemClock()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(settings, _wand(settings, clock), clock)
    except KeyboardInterrupt:
        LOG.info("stopped before the wand was ready")


def _serve(settings: Settings, wand: _Ready, clock: Clock) -> None:
    port = _port(settings)
    dock = Dock(
        wand.firmware,
        port,
        faults=LineFaults(wand.faults, settings.seed or 0),
        baud=settings.baud,
        clock=clock,
    )

    def ready() -> None:
        told = {"address": port.address, "identity": wand.identity}
        sys.stdout.write(f"{json.dumps(told) if settings.json else port.address}\n")
        sys.stdout.flush()
        LOG.info("%s is ready at %s", wand.identity, port.address)

    harbour = Harbour(clock)
    harbour.add(dock, port, wand.identity)
    run_harbour(harbour, ready)


def _check(settings: Settings) -> None:
    wrongs = {
        "choose either --pty or --tcp": settings.pty == (settings.tcp is not None),
        "a link needs --pty": settings.link is not None and not settings.pty,
        "--scenario and --records exclude each other": bool(
            settings.scenario and settings.records
        ),
        "--truth needs --scenario": bool(settings.truth and not settings.scenario),
        "--wand needs --scenario": bool(settings.wand and not settings.scenario),
        "--date needs --scenario": bool(settings.date and not settings.scenario),
        f"--records is 0 to {LARGEST_CAPACITY}": not 0 <= settings.records <= LARGEST_CAPACITY,
        "--baud is not negative": settings.baud < 0,
    }
    for reason, is_wrong in wrongs.items():
        if is_wrong:
            raise SimulatorOptionError(reason=reason)
    personality = find_personality(settings.dialect)
    if settings.number is not None:
        personality.check_number(settings.number)


def _wand(settings: Settings, clock: Clock) -> _Ready:
    faults = tuple(parse_fault(text) for text in settings.fault)
    if settings.scenario is None:
        return _filled_wand(settings, clock, faults)
    scenario = load(settings.scenario).changed(day=settings.date, seed=settings.seed)
    plan = _plan(settings, scenario)
    faults += tuple(parse_fault(text) for text in plan.faults)
    walked = walked_wand(scenario, plan, faults)
    if settings.truth is not None:
        truth = json.dumps(truth_of(scenario, plan, walked), ensure_ascii=False, indent=2)
        try:
            settings.truth.write_text(truth + "\n", "utf-8")
        except OSError as error:
            raise SimulatorOptionError(reason=f"{settings.truth}: {error.strerror}") from error
    return _Ready(walked.firmware, f"{plan.dialect}:{plan.number}", faults)


def _plan(settings: Settings, scenario: Scenario) -> WandPlan:
    plans = [plan for plan in scenario.wands if plan.dialect == settings.dialect]
    if settings.wand is not None:
        plans = [plan for plan in plans if plan.key == settings.wand]
    if len(plans) != 1:
        keys = ", ".join(plan.key for plan in scenario.wands if plan.dialect == settings.dialect)
        raise SimulatorOptionError(
            reason=f"name one {settings.dialect} of the scenario with --wand: {keys or 'none'}"
        )
    plan = plans[0]
    return plan if settings.number is None else plan.renumbered(settings.number)


def _filled_wand(settings: Settings, clock: Clock, faults: Iterable[Fault]) -> _Ready:
    """A wand with generated records whose clock shows this machine's civil time."""
    utc = clock.utc()
    personality = find_personality(settings.dialect)
    number = settings.number or personality.default_number
    setup = WandSetup(
        number=number,
        clock=WandClock(civil=utc.astimezone().replace(tzinfo=None), utc=utc),
        battery=Battery(plan=BatteryPlan(), utc=utc, rests_from=utc),
        capacity=max(DEFAULT_CAPACITY, settings.records),
        lost_records=lost_records(faults),
    )
    firmware = personality.make(setup)
    technology = personality.technology(number)
    for tag, touched in generated_touches(settings.records, settings.seed or 0, technology):
        firmware.touch(tag, touched, is_guard_tag=False)
    return _Ready(firmware, f"{settings.dialect}:{number}", tuple(faults))


def _port(settings: Settings) -> Port:
    if settings.tcp is None:
        return PtyPort(settings.link)
    host, _, port = settings.tcp.rpartition(":")
    if not port.isdecimal() or int(port) > LARGEST_PORT:
        raise SimulatorOptionError(reason=f"--tcp {settings.tcp} is not [HOST:]PORT")
    return TcpPort(host or LOOPBACK, int(port))
