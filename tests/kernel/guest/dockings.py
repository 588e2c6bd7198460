"""Downloads one wand in the guest: cable pulled in the middle, then whole, then once more."""

import shutil
import time
import traceback
from pathlib import Path
from typing import Final

from tests.kernel.guest.usb_tree import find_device, wait_for_device
from tests.kernel.guest.usbip_client import attach
from tests.kernel.orders import Attempt, DockingReport, SeenDevice, WandOrder
from tests.support.docks import download_from
from watchclock_protocol.errors import CodedError

__all__ = ["dock"]

SPOOLS: Final = Path("/run/spools")
"""In the guest's memory: what is written there is moved out when the wand is done."""


def dock(order: WandOrder, exchange: Path) -> DockingReport:
    """Everything that is tried with one wand; its captures are then in ``exchange``."""
    devices: list[SeenDevice] = []
    attempts: list[Attempt] = []
    address = trouble = ""
    spool = SPOOLS / order.name
    try:
        for is_to_be_pulled in (True, False):
            devices.append(_plugged_in(order))
            address = address_of(order, devices[-1])
            attempts.append(_attempt(order, address, spool))
            if not is_to_be_pulled:
                attempts.append(_attempt(order, address, spool))
    except Exception:  # noqa: BLE001 - it is reported, and the next wand is docked
        trouble = traceback.format_exc()
    if spool.exists():
        shutil.copytree(spool, exchange / order.name)
    return DockingReport(
        name=order.name, devices=devices, address=address, attempts=attempts, trouble=trouble
    )


def address_of(order: WandOrder, device: SeenDevice) -> str:
    """Where ``watchclock download`` finds the wand."""
    if order.scheme == "serial":
        (node,) = (node for node in device.nodes if "tty" in node)
        return f"serial:{node}"
    return f"{order.scheme}:{device.vendor:04X}:{device.product:04X}:{device.serial}"


def _plugged_in(order: WandOrder) -> SeenDevice:
    if order.usbip_port is not None:
        attach(order.usbip_port)
    return wait_for_device(order.serial, has_nodes=True)


def _attempt(order: WandOrder, address: str, spool: Path) -> Attempt:
    began = time.monotonic()
    try:
        result = download_from(address, spool, dialect=order.dialect)
    except CodedError as error:
        return Attempt(
            error=error.code,
            is_node_gone=find_device(order.serial) is None,
            lasted_s=time.monotonic() - began,
        )
    return Attempt(
        announced=result.announced,
        received=result.received,
        is_acknowledged=result.is_acknowledged,
        lasted_s=time.monotonic() - began,
    )
