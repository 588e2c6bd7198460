"""What the guest runs: carries out its orders and reports, after each, what is known so far.

``python -m tests.kernel.guest.program FOLDER``; exit code 0 when everything was tried, whatever
came of it: the tests outside judge.
"""

import sys
from pathlib import Path

from tests.kernel.guest.console import say
from tests.kernel.guest.desk_readings import read_at
from tests.kernel.guest.dockings import dock
from tests.kernel.guest.line_trials import try_lines
from tests.kernel.guest.plugging import Sockets
from tests.kernel.orders import DockingReport, LineReport, ListedPort, Orders, Reports
from watchclock_device.registry import load_drivers

__all__ = ["main"]


def main(exchange: Path) -> None:
    """Carry out the orders in ``exchange``; the reports are written there too."""
    orders = Orders.load(exchange)
    say("begins")
    sockets = Sockets()
    lines: list[LineReport] = []
    for line in orders.lines:
        lines.append(try_lines(line, sockets))
        say(f"{line.name} is done")
    dockings: list[DockingReport] = []
    for wand in orders.wands:
        dockings.append(dock(wand, sockets, exchange))
        Reports(dockings=dockings, lines=lines).save(exchange)
        say(f"{wand.name} is done")
    readers = [read_at(order, sockets) for order in orders.readers]
    say("the desk readers are done")
    Reports(dockings=dockings, lines=lines, readers=readers, ports=_listed_ports()).save(exchange)


def _listed_ports() -> list[ListedPort]:
    """Every port that ``watchclock ports`` would list, all wands being plugged in."""
    return [
        ListedPort(address=port.address, hardware=port.hardware)
        for driver in load_drivers().values()
        for port in driver.find()
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
