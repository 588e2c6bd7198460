"""HID devices made by hand, behind the functions of hidapi's modules ``hidraw`` and ``hid``.

They keep to what hidapi 0.15 does on Linux: 0 ms means what ``set_nonblocking`` said, a report is
cut to the length asked for, a read from a device that has gone raises OSError and a write to it
returns -1.
"""

from collections.abc import Sequence
from pathlib import Path

from tests.support.byte_pipe import BytePipe

REPORT = 64


class HidDevice(BytePipe):
    """What hangs on the bus, with a node of its own where it has one.

    Attributes:
        raises: writes to it raise instead of returning -1.
        is_refused: hidapi cannot open it.
    """

    def __init__(
        self, node: Path | None, serial: str | None = "5F00000000001234", product: int = 0x0003
    ) -> None:
        super().__init__()
        self.node = node
        self.serial = serial
        self.product = product
        self.usages = [0xFF00]
        self.raises = False
        self.is_refused = False
        self.reports: list[bytes] = []
        if node is not None:
            node.touch()

    @property
    def path(self) -> bytes:
        return b"1-1:1.1" if self.node is None else bytes(self.node)


class OpenedDevice:
    """What ``hid.device()`` makes."""

    def __init__(self, devices: Sequence[HidDevice]) -> None:
        self._devices = devices
        self._device: HidDevice | None = None
        self._waits = True

    @property
    def device(self) -> HidDevice:
        if self._device is None:
            raise ValueError("not open")
        return self._device

    def open_path(self, path: bytes) -> None:
        fitting = [each for each in self._devices if each.path == path and not each.is_refused]
        if not fitting:
            raise OSError("open failed")
        self._device = fitting[0]

    def set_nonblocking(self, v: int) -> int:
        self._waits = not v
        return 0

    def read(self, max_length: int, timeout_ms: int = 0) -> list[int]:
        now_s = None if self._waits else 0.0
        report = self.device.wait_for_piece(timeout_ms / 1000 if timeout_ms > 0 else now_s)
        if not self.device.is_plugged:
            raise OSError("read error")
        return list(report or b"")[:max_length]

    def write(self, buff: bytes) -> int:
        if not self.device.is_plugged or not self.device.takes:
            if self.device.raises:
                raise OSError("write error")
            return -1
        assert (buff[0], len(buff)) == (0, 1 + REPORT)
        report = bytes(buff[1:])
        self.device.reports.append(report)
        self.device.take(report[1 : 1 + report[0]])
        return len(buff)

    def close(self) -> None:
        self._device = None


class HandMadeHid:
    """Behaves like the module ``hidraw``."""

    def __init__(self, *devices: HidDevice) -> None:
        self.devices = devices
        self.is_broken = False

    def enumerate(self) -> list[dict[str, object]]:
        if self.is_broken:
            raise OSError("hid_enumerate failed")
        return [
            {
                "path": device.path,
                "vendor_id": 0x1209,
                "product_id": device.product,
                "serial_number": device.serial,
                "product_string": "VF5000+",
                "interface_number": 1,
                "usage_page": usage,
            }
            for device in self.devices
            if device.is_plugged
            for usage in device.usages
        ]

    def device(self) -> OpenedDevice:
        return OpenedDevice(self.devices)


def report_of(data: bytes) -> bytes:
    """One report that carries at most 63 bytes."""
    return (bytes((len(data),)) + data).ljust(REPORT, b"\x00")


def reports_of(data: bytes) -> list[bytes]:
    """The reports that carry these bytes, cut by hand."""
    return [report_of(data[start : start + 63]) for start in range(0, len(data), 63)]
