"""A pair of report pipes of the human interface class, which no system needs a driver for.

Linux binds ``usbhid`` to it and calls it ``/dev/hidraw0``. Reports have 64 bytes and no number;
how a stream is cut into them is the dialect's matter (docs/protocols/vs.md, "HID reports").
Source: Device Class Definition for HID 1.11.
"""

from typing import TYPE_CHECKING, Final

from watchclock_protocol.dialects.vs.reports import REPORT_OCTETS, from_report, to_reports
from watchclock_sim.usb import layouts
from watchclock_sim.usb.bus import TO_HOST, Endpoint, Handshake, Interface, Setup, TransferType
from watchclock_sim.usb.descriptors import DescriptorType
from watchclock_sim.usb.pipes import MessagesToHost

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REPORT_DESCRIPTOR", "Hid"]

HUMAN_INTERFACE: Final = 0x03
HID_RELEASE: Final = 0x0111
POLLED_EACH_MS: Final = 1
MOST_REPORTS: Final = 256
TO_INTERFACE: Final = 0x21
FROM_INTERFACE: Final = 0xA1
REPORT_PAYLOAD: Final = len(from_report(to_reports(bytes(REPORT_OCTETS))[0]))
INPUT_REPORT: Final = 1
OUTPUT_REPORT: Final = 2
REPORT_PROTOCOL: Final = 1

REPORT_DESCRIPTOR: Final = bytes(
    (
        *(0x06, 0x00, 0xFF),  # usage page: vendor-defined FF00
        *(0x09, 0x01),  # usage 1
        *(0xA1, 0x01),  # collection: application
        *(0x15, 0x00),  # logical minimum 0
        *(0x26, 0xFF, 0x00),  # logical maximum 255
        *(0x75, 0x08),  # report size: 8 bits
        *(0x95, REPORT_OCTETS),  # report count
        *(0x09, 0x02),  # usage 2
        *(0x81, 0x02),  # input: data, variable, absolute
        *(0x09, 0x03),  # usage 3
        *(0x91, 0x02),  # output: data, variable, absolute
        0xC0,  # end of the collection
    )
)
"""Items of HID 1.11, 6.2.2."""
HID_DESCRIPTOR: Final = layouts.HID.pack(
    layouts.HID.size,
    DescriptorType.HID,
    HID_RELEASE,
    0,
    1,
    DescriptorType.REPORT,
    len(REPORT_DESCRIPTOR),
)


class Hid:
    """Reports in, reports out.

    Args:
        interface: its number.
        endpoint: number of its endpoints, of both directions.
        name: of the interface.
    """

    def __init__(self, *, interface: int, endpoint: int, name: str = "") -> None:
        pair = tuple(
            Endpoint(
                address=address,
                type=TransferType.INTERRUPT,
                packet_octets=REPORT_OCTETS,
                interval=POLLED_EACH_MS,
            )
            for address in (TO_HOST | endpoint, endpoint)
        )
        self.interfaces = (
            Interface(
                number=interface,
                class_code=HUMAN_INTERFACE,
                subclass=0,
                protocol=0,
                endpoints=pair,
                extra=HID_DESCRIPTOR,
                name=name,
            ),
        )
        self._to_host = MessagesToHost(MOST_REPORTS)
        self._from_host = _Reports()
        self.ins = {TO_HOST | endpoint: self._to_host}
        self.outs = {endpoint: self._from_host}
        self.descriptors = {
            int(DescriptorType.HID): HID_DESCRIPTOR,
            int(DescriptorType.REPORT): REPORT_DESCRIPTOR,
        }
        self.line = None
        self._protocol = REPORT_PROTOCOL
        self._requests: dict[tuple[int, int], Callable[[int, bytes], bytes | Handshake]] = {
            (FROM_INTERFACE, 0x01): self._get_report,
            (FROM_INTERFACE, 0x02): self._get_idle,
            (FROM_INTERFACE, 0x03): lambda _value, _data: bytes((self._protocol,)),
            (TO_INTERFACE, 0x09): self._set_report,
            (TO_INTERFACE, 0x0A): self._set_idle,
            (TO_INTERFACE, 0x0B): self._set_protocol,
        }

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A request of HID 1.11, 7.2."""
        request = self._requests.get((setup.request_type, setup.request))
        return Handshake.STALL if request is None else request(setup.value, data)

    def reset(self) -> None:
        """No reports anywhere; the report protocol is in force (HID 1.11, 7.2.6)."""
        self._to_host.clear()
        self._from_host.clear()
        self._protocol = REPORT_PROTOCOL

    def read(self) -> bytes:
        """The stream that the host's reports carry; never waits."""
        return self._from_host.pull()

    def write(self, data: bytes) -> int:
        """How many of the wand's bytes went into reports; never waits."""
        taken = data[: self._to_host.room * REPORT_PAYLOAD]
        for report in to_reports(taken):
            self._to_host.push(report)
        return len(taken)

    def _get_report(self, value: int, _data: bytes) -> bytes | Handshake:
        """The oldest report that waits, or one that carries nothing; see 7.2.1."""
        if value != INPUT_REPORT << 8:
            return Handshake.STALL
        report = self._to_host.take(REPORT_OCTETS)
        return bytes(REPORT_OCTETS) if isinstance(report, Handshake) else report

    def _set_report(self, value: int, data: bytes) -> bytes | Handshake:
        """The same as the OUT endpoint; one that finds no room stalls (7.2.2)."""
        if value != OUTPUT_REPORT << 8 or len(data) != REPORT_OCTETS:
            return Handshake.STALL
        return Handshake.STALL if self._from_host.put(data) is Handshake.NAK else b""

    def _get_idle(self, value: int, _data: bytes) -> bytes | Handshake:
        """Duration 0: a report is sent only when there is something new (7.2.3)."""
        return Handshake.STALL if value else b"\x00"

    def _set_idle(self, value: int, _data: bytes) -> bytes | Handshake:
        """Any other duration would have it repeat reports, which it does not do (7.2.4)."""
        return Handshake.STALL if value else b""

    def _set_protocol(self, value: int, _data: bytes) -> bytes | Handshake:
        if value > REPORT_PROTOCOL:
            return Handshake.STALL
        self._protocol = value
        return b""


class _Reports:
    """The OUT endpoint: each transfer is one report; what is none carries nothing."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def put(self, data: bytes) -> int | Handshake:
        if len(self._waiting) >= MOST_REPORTS:
            return Handshake.NAK
        self._waiting.append(from_report(data))
        return len(data)

    def pull(self) -> bytes:
        stream = b"".join(self._waiting)
        self._waiting.clear()
        return stream

    def clear(self) -> None:
        self._waiting.clear()
