"""Downloads one wand in the guest: cable pulled in the middle, then whole, then once more."""

import shutil
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.kernel.guest.console import say
from tests.kernel.guest.plugging import Sockets
from tests.kernel.guest.usb_tree import is_gone
from tests.kernel.orders import Attempt, DockingReport, SeenDevice, WandOrder
from tests.support.docks import download_from
from watchclock_device.errors import LinkLostError
from watchclock_protocol.errors import CodedError

__all__ = ["dock"]

SPOOLS: Final = Path("/run/spools")
"""In the guest's memory: what is written there is copied out when the wand is done."""
FINAL: Final = frozenset({"", LinkLostError.code})
MOST_REPEATS: Final = 4


def dock(order: WandOrder, sockets: Sockets, exchange: Path) -> DockingReport:
    """Everything that is tried with one wand; its captures are then in ``exchange``."""
    devices: list[SeenDevice] = []
    attempts: list[Attempt] = []
    address = trouble = ""
    spool = SPOOLS / order.name
    try:
        for downloads in (1, 2):
            devices.append(sockets.plug_in(order))
            address = _address(order, devices[-1])
            say(f"{order.name}: plugged in, {address}")
            attempts += [_attempt(order, devices[-1], spool) for _ in range(downloads)]
    except Exception:  # noqa: BLE001 - it is reported, and the next wand is docked
        trouble = traceback.format_exc()
    if spool.exists():
        shutil.copytree(spool, exchange / order.name)
    return DockingReport(
        name=order.name, devices=devices, address=address, attempts=attempts, trouble=trouble
    )


def _address(order: WandOrder, device: SeenDevice) -> str:
    """Where ``watchclock download`` finds the wand."""
    if order.scheme == "serial":
        (node,) = (node for node in device.nodes if "tty" in node)
        return f"serial:{node}"
    return f"{order.scheme}:{device.vendor:04X}:{device.product:04X}:{device.serial}"


def _attempt(order: WandOrder, device: SeenDevice, spool: Path) -> Attempt:
    """One download, begun again while the wand is not understood.

    A wand waits for its host as long as its maker meant; a wm5000t gives a session up after a
    tenth of a second, which a translated processor on a busy machine cannot always keep. Then a
    person docks it again, and so does this.
    """
    repeats = 0
    while True:
        attempt = replace(_download(order, device, spool), repeats=repeats)
        say(f"{order.name}: {attempt.error or attempt.received} in {attempt.lasted_s:.1f} s")
        if attempt.error in FINAL or repeats == MOST_REPEATS:
            return attempt
        repeats += 1


def _download(order: WandOrder, device: SeenDevice, spool: Path) -> Attempt:
    began = time.monotonic()
    try:
        result = download_from(_address(order, device), spool, dialect=order.dialect)
    except CodedError as error:
        lasted_s = time.monotonic() - began
        is_device_gone = error.code == LinkLostError.code and is_gone(device)
        return Attempt(error=error.code, is_device_gone=is_device_gone, lasted_s=lasted_s)
    return Attempt(
        announced=result.announced,
        received=result.received,
        is_acknowledged=result.is_acknowledged,
        lasted_s=time.monotonic() - began,
    )
