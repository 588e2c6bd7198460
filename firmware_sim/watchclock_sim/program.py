"""Turns the options of the command into one wand on one port and runs it."""

import json
import logging
import signal
import sys
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.docking import docked
from watchclock_sim.filled_wand import FilledWand, filled_wand
from watchclock_sim.line.carriers.port import Clock, SystemClock
from watchclock_sim.line.harbour import Harbour, run_harbour, stopped_by_signals
from watchclock_sim.plugging import plugged
from watchclock_sim.settings import Settings, check

__all__ = ["run"]

LOG: Final = logging.getLogger(__name__)


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
    harbour = Harbour(clock)
    with stopped_by_signals(harbour):
        # From here on there is something to give back, which the harbour does.
        _serve_in(harbour, settings, wand, clock)


def _serve_in(harbour: Harbour, settings: Settings, wand: FilledWand, clock: Clock) -> None:
    plug = plugged(settings, wand.number)
    dock = docked(wand, plug.port, clock, seed=settings.seed or 0, baud=settings.baud)
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
