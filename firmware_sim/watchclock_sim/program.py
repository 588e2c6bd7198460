"""Turns the options of the command into one wand on one port and runs it."""

import json
import logging
import signal
import sys
from collections.abc import Iterable
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.filled_wand import filled_wand
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import Fault, spoken_baud
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.plugging import plugged
from watchclock_sim.settings import Settings, check
from watchclock_sim.wands.personality import find_personality

__all__ = ["run"]

LOG: Final = logging.getLogger(__name__)
ANY_BAUD: Final = 115_200
"""What hosts set for a wand to which the speed means nothing."""


def run(settings: Settings) -> None:
    """Serve the wand until Ctrl-C or SIGTERM; one line on standard output when it is ready.

    Raises:
        SimulatorError: it cannot start; the error says why.
    """
    check(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(settings)
    except KeyboardInterrupt:
        LOG.info(FilledReason("stopped before the wand was ready"))


def _serve(settings: Settings) -> None:
    clock = SystemClock()
    wand = filled_wand(settings, clock)
    plug = plugged(settings, wand.identity.partition(":")[2])
    dock = Dock(
        wand.firmware,
        plug.port,
        faults=LineFaults(wand.faults, settings.seed or 0),
        baud=settings.baud,
        clock=clock,
        uart=_uart(settings, wand.faults),
    )
    harbour = Harbour(clock)
    harbour.add(dock, plug.port, wand.identity)
    for carrier in plug.carriers:
        harbour.carry(carrier)

    def ready() -> None:
        address = plug.port.address
        told = {"address": address, "identity": wand.identity} | plug.told()
        sys.stdout.write(f"{json.dumps(told) if settings.json else address}\n")
        sys.stdout.flush()
        LOG.info(FilledReason("{wand} is ready at {address}", wand=wand.identity, address=address))

    run_harbour(harbour, ready)


def _uart(settings: Settings, faults: Iterable[Fault]) -> Uart:
    """The wand's serial part; ``--baud`` changes its speed, where it has one of its own.

    A fault that names another speed counts on every carrier, also on those that do not tell what
    the host has set: there the host is taken to have set the right one.
    """
    kind = find_personality(settings.dialect)
    right = settings.baud if kind.baud and settings.baud else kind.baud
    wrong = spoken_baud(faults)
    return Uart(
        baud=right if wrong is None else wrong,
        host_baud=0 if wrong is None else right or ANY_BAUD,
        wants_lines_low=kind.wants_lines_low,
        seed=settings.seed or 0,
    )
