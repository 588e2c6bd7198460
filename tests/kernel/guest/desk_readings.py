"""Reads tags at a desk reader in the guest, as ``watchclock read-tag`` does."""

import traceback
from contextlib import closing
from itertools import islice
from typing import Final

from tests.kernel.guest.plugging import Sockets
from tests.kernel.orders import DeviceOrder, ReaderReport
from tests.support.docks import HASTY_CLOCKS
from watchclock_device.desk_reader import read_tags
from watchclock_device.registry import load_drivers

__all__ = ["read_at"]

TAGS: Final = 3


def read_at(order: DeviceOrder, sockets: Sockets) -> ReaderReport:
    """The first tags shown to it."""
    tags: list[str] = []
    trouble = ""
    try:
        (node,) = sockets.plug_in(order).nodes
        address = f"serial:{node}?dialect=fcard_reader"
        with closing(read_tags(address, load_drivers(), HASTY_CLOCKS)) as shown:
            tags += [str(each.tag) for each in islice(shown, TAGS)]
    except Exception:  # noqa: BLE001 - it is reported, and the guest goes on
        trouble = traceback.format_exc()
    return ReaderReport(name=order.name, tags=tags, trouble=trouble)
