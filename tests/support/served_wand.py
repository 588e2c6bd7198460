"""A simulated wand behind any far end of bytes, and a wand with a USB device of its own."""

import contextlib
import threading
import time
from collections.abc import Generator, Iterable
from datetime import UTC, datetime
from itertools import count

from tests.support.byte_pipe import FarEnd
from tests.support.sim_wands import setup_of
from watchclock_sim.generated import generated_touches
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.waiting_host import DockedWand
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality

RADIO = "5F00000000001234"
LARGEST = 65536
TICK_S = 0.02


class WaitingSystemClock(SystemClock):
    """The clocks of this machine, and waiting by them."""

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def touched_wand(dialect: str, number: str, records: int) -> Firmware:
    """A wand with so many records."""
    personality = find_personality(dialect)
    wand = personality.make(setup_of(number, capacity=max(records, 1)))
    for touch in generated_touches(records, 1, personality.technology(number)):
        wand.touch(touch.tag, touch.utc, is_guard_tag=False)
    return wand


def docked_radio_wand(records: int, faults: Iterable[str] = ()) -> DockedWand:
    """A VF5000+ wand as a USB device, for ``PyusbBackend``."""
    profile_of = find_personality("vs").usb
    assert profile_of is not None
    device = usb_device(profile_of(RADIO), RADIO)
    dock = Dock(
        touched_wand("vs", RADIO, records),
        UsbPort(device),
        faults=LineFaults([parse_fault(text) for text in faults], 0),
        baud=0,
        clock=WaitingSystemClock(),
    )
    return DockedWand(device, dock)


@contextlib.contextmanager
def served(wand: Firmware, end: FarEnd, unplug_after: int | None = None) -> Generator[None]:
    """The wand answers at this end until the block is over.

    Args:
        wand: who answers.
        end: where.
        unplug_after: after so many frames the cable comes out.
    """
    frames = count()
    stop = threading.Event()

    def answer(frames_made: Iterable[bytes]) -> None:
        for frame in frames_made:
            if next(frames) == unplug_after:
                end.unplug()
                stop.set()
                return
            end.send(frame)

    def serve() -> None:
        while not stop.is_set():
            data, now, utc = end.receive(LARGEST, TICK_S), time.monotonic(), datetime.now(UTC)
            if data:
                answer(wand.receive(data, now, utc))
            if wand.deadline is not None and now >= wand.deadline:
                answer(wand.expire(now, utc))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        end.unplug()
        thread.join()
