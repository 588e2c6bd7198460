"""What the tests outside want of the program inside the guest, and what it reports back.

Both travel as JSON files in the folder that both sides can write.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ["Attempt", "DeviceOrder", "DockingReport", "LineReport", "ListedPort", "Orders"]
__all__ += ["ReaderReport", "Reports", "SeenDevice", "UsbIpPlace", "WandOrder"]

ORDERS_FILE: Final = "orders.json"
REPORTS_FILE: Final = "reports.json"


class UsbIpPlace(NamedTuple):
    """Where a device is exported: a port of the loopback outside, and its bus id there."""

    port: int
    bus_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WandOrder:
    """One wand that is to be downloaded.

    Attributes:
        name: of the folder its captures come back in.
        dialect: what it speaks.
        scheme: of the address it is downloaded at: ``serial``, ``usb`` or ``hid``.
        usb_id: its vendor and product.
        usbip: where it is exported; None for a device that QEMU plugs in by itself.
    """

    name: str
    dialect: str
    scheme: str
    usb_id: tuple[int, int]
    usbip: UsbIpPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceOrder:
    """One serial device that is no wand: its lines are tried, or tags are read at it.

    Attributes:
        name: of its report.
        usb_id: its vendor and product.
        usbip: where it is exported.
    """

    name: str
    usb_id: tuple[int, int]
    usbip: UsbIpPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """All of one boot."""

    wands: Sequence[WandOrder]
    lines: Sequence[DeviceOrder]
    readers: Sequence[DeviceOrder]

    def save(self, folder: Path) -> None:
        """Write them for the guest."""
        (folder / ORDERS_FILE).write_text(json.dumps(asdict(self), indent=2), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Orders":
        """What ``save`` wrote."""
        raw: dict[str, Any] = json.loads((folder / ORDERS_FILE).read_text("utf-8"))
        return cls(
            wands=[WandOrder(**_places(each)) for each in raw["wands"]],
            lines=[DeviceOrder(**_places(each)) for each in raw["lines"]],
            readers=[DeviceOrder(**_places(each)) for each in raw["readers"]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """A USB device as the guest's kernel shows it in sysfs.

    Attributes:
        place: its port, for example ``1-1``.
        address: bus and device number; never given twice, so a device put back has another.
        controller: the driver of its bus: ``vhci_hcd`` over USB/IP, ``xhci_hcd`` from QEMU.
        drivers: the driver bound to each interface, by the interface's number; empty for none.
        nodes: the device files its drivers made, sorted.
    """

    place: str
    address: str
    controller: str
    vendor: int
    product: int
    serial: str
    drivers: Mapping[str, str]
    nodes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How one download ended: with an error, or with numbers of records.

    Attributes:
        error: its code; empty when the download came to its end.
        is_device_gone: whether the device had left the bus a moment after the download.
        is_acknowledged: the wand knows that its records are safe.
        lasted_s: by the guest's clock.
        repeats: how often it had been tried before, and the wand was not understood.
    """

    error: str = ""
    repeats: int = 0
    announced: int = 0
    received: int = 0
    is_acknowledged: bool = False
    is_device_gone: bool = False
    lasted_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DockingReport:
    """What became of one wand.

    Attributes:
        name: as ordered.
        devices: as it was seen before the cable came out, and after it was put back.
        address: where it was downloaded.
        attempts: all downloads in their order.
        trouble: a traceback when it could not be carried through.
    """

    name: str
    devices: Sequence[SeenDevice] = ()
    address: str = ""
    attempts: Sequence[Attempt] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """What a serial device answered while its lines were tried.

    Attributes:
        name: as ordered.
        listed: what Debian's client printed of the device before it was attached.
        is_detached: the client could let go of it at the end, and it was gone.
        seen: what the device saw, by the name of the trial; see ``guest.line_trials``.
        shown: what pyserial showed of the device's lines, by the name of the trial.
        heard: what a program that checks parity read of octets that arrived wrong, by trial.
        counted: what the kernel counted meanwhile: ``frame``, ``overrun``, ``parity``, ``brk``.
        trouble: a traceback when it could not be carried through.
    """

    name: str
    listed: str = ""
    is_detached: bool = False
    seen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    shown: Mapping[str, Mapping[str, bool]] = field(default_factory=dict[str, Mapping[str, bool]])
    heard: Mapping[str, str] = field(default_factory=dict[str, str])
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderReport:
    """Which tags a desk reader was shown.

    Attributes:
        name: as ordered.
        tags: as ``TagId`` prints them, in their order.
        trouble: a traceback when it could not be carried through.
    """

    name: str
    tags: Sequence[str] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPort:
    """A port as ``watchclock ports`` lists it."""

    address: str
    hardware: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Everything one boot reports."""

    dockings: Sequence[DockingReport] = ()
    lines: Sequence[LineReport] = ()
    readers: Sequence[ReaderReport] = ()
    ports: Sequence[ListedPort] = ()

    def save(self, folder: Path) -> None:
        """Write them for the tests outside."""
        # Aside first: a guest that is killed while it writes leaves the reports before whole.
        written = folder / f"{REPORTS_FILE}.part"
        written.write_text(json.dumps(asdict(self), indent=2), "utf-8")
        written.replace(folder / REPORTS_FILE)

    @classmethod
    def load(cls, folder: Path) -> "Reports":
        """What ``save`` wrote; nothing when the guest never came so far."""
        if not (folder / REPORTS_FILE).exists():
            return cls()
        raw: dict[str, Any] = json.loads((folder / REPORTS_FILE).read_text("utf-8"))
        return cls(
            dockings=[_docking(each) for each in raw["dockings"]],
            lines=[LineReport(**each) for each in raw["lines"]],
            readers=[ReaderReport(**each) for each in raw["readers"]],
            ports=[ListedPort(**each) for each in raw["ports"]],
        )


def _places(raw: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples."""
    usbip = raw["usbip"]
    return raw | {
        "usb_id": tuple(raw["usb_id"]),
        "usbip": None if usbip is None else UsbIpPlace(*usbip),
    }


def _docking(raw: dict[str, Any]) -> DockingReport:
    devices = [SeenDevice(**each) for each in raw.pop("devices")]
    attempts = [Attempt(**each) for each in raw.pop("attempts")]
    return DockingReport(**raw, devices=devices, attempts=attempts)
