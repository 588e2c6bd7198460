"""A process that exports several wands, and a device that always has data, on one USB/IP server.

    python -m tests.support.usbip_program vs:5F0000000000ABCD=2000 kaihe_eb full null

exports a VF5000+ with 2,000 records, a Kaihe wand without any, a VF5000+ whose memory is full, and
the null device; where it listens is one line on standard output. SIGTERM ends it.
"""

import json
import logging
import sys
from collections.abc import Sequence

from tests.support.by_hand_vs import RADIO_SERIAL
from tests.support.full_wand import full_wand
from tests.support.usb_devices import NullDevice
from watchclock_sim.filled_wand import FilledWand, filled_wand
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.settings import Settings
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usbip.server import UsbIpServer
from watchclock_sim.wands.personality import find_personality


def _wand(text: str, clock: SystemClock) -> FilledWand:
    if text == "full":
        return FilledWand(full_wand(), f"vs:{RADIO_SERIAL.hex().upper()}", ())
    name, _, records = text.partition("=")
    dialect, _, number = name.partition(":")
    number = number or find_personality(dialect).default_number
    return filled_wand(Settings(dialect=dialect, number=number, records=int(records or 0)), clock)


def main(wanted: Sequence[str]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    clock = SystemClock()
    harbour = Harbour(clock)
    server = UsbIpServer("127.0.0.1", 0)
    harbour.carry(server)
    for text in wanted:
        if text == "null":
            server.export(NullDevice())
            continue
        wand = _wand(text, clock)
        dialect, _, number = wand.identity.partition(":")
        profile = find_personality(dialect).usb_profile(number)
        port = UsbPort(usb_device(profile, number))
        dock = Dock(wand.firmware, port, faults=LineFaults((), 0), baud=0, clock=clock)
        harbour.add(dock, port, wand.identity)
        server.export(port.device)

    def ready() -> None:
        told = {"address": f"{server.host}:{server.port}", "identity": ""}
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()

    run_harbour(harbour, ready)


if __name__ == "__main__":
    main(sys.argv[1:])
