"""The processes outside that the guest finds on its bus: simulated wands and line witnesses."""

import subprocess
import sys
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.kernel.line_witness import WITNESS_IDS
from tests.kernel.orders import DeviceOrder, UsbIpPlace, WandOrder
from tests.support.wands import ROOT, running_wand
from watchclock_sim.wands.usb_profile import UsbKind

__all__ = ["SimulatedWand", "exported_reader", "exported_wand", "redirected_wand"]
__all__ += ["running_together", "running_witness"]

OrderType = TypeVar("OrderType")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWand:
    """A wand, and what the guest is to do with it.

    Attributes:
        name: of its test and of the folder its captures come back in.
        dialect: what it speaks.
        number: its own.
        records: touches in its memory.
        pulled_at: after how many bytes the cable comes out, once; in the middle of the reading.
        scheme: of the address it is downloaded at.
        usb_id: vendor and product on the bus.
        drivers: which driver the kernel is to bind to each of its interfaces.
    """

    name: str
    dialect: str
    number: str
    records: int
    pulled_at: int
    scheme: str
    usb_id: tuple[int, int]
    drivers: dict[str, str]

    def arguments(self, *carrier: str) -> list[str]:
        """The simulator's options."""
        return [
            *(self.dialect, *carrier, "--number", self.number, "--records", str(self.records)),
            *("--fault", f"unplug:byte={self.pulled_at},for_ms=300"),
        ]

    def order(self, usbip: tuple[int, str] | None) -> WandOrder:
        """What the guest is to do with it, wherever it is exported."""
        return WandOrder(
            name=self.name,
            dialect=self.dialect,
            scheme=self.scheme,
            usb_id=self.usb_id,
            usbip=None if usbip is None else UsbIpPlace(*usbip),
        )

    def socket(self, folder: Path) -> Path:
        """Where the simulator listens for QEMU."""
        return folder / f"{self.name}.socket"


@contextmanager
def exported_wand(wand: SimulatedWand, logs: Path) -> Generator[WandOrder]:
    """The wand runs and is exported over USB/IP as long as the block lasts."""
    arguments = wand.arguments("--usbip", "127.0.0.1:0")
    with running_wand(*arguments, errors=logs / f"{wand.name}.log") as running:
        yield wand.order(running.usbip)


@contextmanager
def redirected_wand(wand: SimulatedWand, folder: Path) -> Generator[WandOrder]:
    """The wand runs and waits for QEMU to take it into the guest, as long as the block lasts."""
    arguments = wand.arguments("--usbredir", str(wand.socket(folder)))
    with running_wand(*arguments, errors=folder / f"{wand.name}.log"):
        yield wand.order(None)


@contextmanager
def exported_reader(dialect: str, usb_id: tuple[int, int], logs: Path) -> Generator[DeviceOrder]:
    """A desk reader runs, is shown three tags and exported, as long as the block lasts."""
    arguments = [dialect, "--usbip", "127.0.0.1:0", "--records", "3"]
    with running_wand(*arguments, errors=logs / f"{dialect}.log") as running:
        assert running.usbip is not None
        yield DeviceOrder(name=dialect, usb_id=usb_id, usbip=UsbIpPlace(*running.usbip))


@contextmanager
def running_witness(kind: str) -> Generator[DeviceOrder]:
    """A line witness runs as long as the block lasts."""
    command = [sys.executable, "-m", "tests.kernel.line_witness", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield DeviceOrder(
                name=kind, usb_id=WITNESS_IDS[UsbKind(kind)], usbip=UsbIpPlace(port, "1-1")
            )
        finally:
            process.kill()


@contextmanager
def running_together(
    processes: Iterable[AbstractContextManager[OrderType]],
) -> Generator[list[OrderType]]:
    """All of them run as long as the block lasts, started side by side."""
    with ExitStack() as running, ThreadPoolExecutor() as starting:
        started = [starting.submit(running.enter_context, process) for process in processes]
        yield [each.result() for each in started]
