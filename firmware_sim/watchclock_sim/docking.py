"""From a filled wand to its dock: the serial part of its kind, and the faults of its own line."""

from collections.abc import Iterable
from typing import Final

from watchclock_sim.filled_wand import FilledWand
from watchclock_sim.line.carriers.port import Clock, Port
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import Fault, spoken_baud
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.hub import Hub
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.wands.personality import find_personality

__all__ = ["docked"]

ANY_BAUD: Final = 115_200
"""What hosts set for a wand to which the speed means nothing."""


def docked(
    wand: FilledWand,
    port: Port,
    clock: Clock,
    *,
    seed: int,
    baud: int = 0,
    hub: Hub | None = None,
) -> Dock:
    """The wand in a dock at this port.

    Args:
        wand: with its memory filled.
        port: what it is plugged into.
        clock: where time comes from.
        seed: the source of chance of its line.
        baud: speed of the line, 0 for as fast as possible and the wand's own.
        hub: that other wands hang on, too; without one it hangs on one of its own.
    """
    dock = Dock(
        wand.firmware,
        port,
        faults=LineFaults(wand.faults, seed, wand.identity),
        baud=baud,
        clock=clock,
        uart=_uart(wand.dialect, wand.faults, baud, seed),
    )
    if hub is not None:
        dock.hang_on(hub)
    return dock


def _uart(dialect: str, faults: Iterable[Fault], baud: int, seed: int) -> Uart:
    """The wand's serial part; ``baud`` changes its speed, where it has one of its own.

    A fault that names another speed counts on every carrier, also on those that do not tell what
    the host has set: there the host is taken to have set the right one.
    """
    kind = find_personality(dialect)
    right = baud if kind.baud and baud else kind.baud
    wrong = spoken_baud(faults)
    return Uart(
        baud=right if wrong is None else wrong,
        host_baud=0 if wrong is None else right or ANY_BAUD,
        wants_lines_low=kind.wants_lines_low,
        seed=seed,
    )
