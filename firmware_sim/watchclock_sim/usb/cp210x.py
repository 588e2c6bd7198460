"""A Silicon Labs CP2102 between the bus and a wand's serial port.

Linux binds ``cp210x`` to it and calls it ``/dev/ttyUSB0``. Source: Silicon Labs AN571, "CP210x
Virtual COM Port Interface", sections 4 and 5; which requests the driver makes: Linux,
``drivers/usb/serial/cp210x.c``.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from typing_extensions import override

from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.usb import layouts
from watchclock_sim.usb.bulk_pair import PACKET_OCTETS, VENDOR_CLASS, bulk_pair
from watchclock_sim.usb.bus import Handshake, Interface, Setup
from watchclock_sim.usb.cp210x_events import BridgeEvent, EventsToHost
from watchclock_sim.usb.line_form import LineForm
from watchclock_sim.usb.pipes import StreamFromHost

__all__ = ["Cp210x", "Cp210xRequest"]

TO_INTERFACE: Final = 0x41
FROM_INTERFACE: Final = 0xC1
FROM_DEVICE: Final = 0xC0
GET_PARTNUM: Final = 0x370B
"""``wValue`` of the vendor's own request."""
CP2102: Final = bytes((0x02, 0))
"""Part number; one that asks for two bytes gets two from an original chip, and Linux takes any
other for one that cannot embed events (``cp210x.c``, ``cp2102_determine_quirks``)."""
FIRST_BAUD: Final = 115_200
SLOWEST_BAUD: Final = 300
FASTEST_BAUD: Final = 1_000_000
DIVIDED_HZ: Final = 3_686_400
"""What SET_BAUDDIV divides."""
SENDS_OCTETS: Final = 640
RECEIVES_OCTETS: Final = 576
"""What the chip buffers towards the wand and towards the host (CP2102 data sheet)."""
PROVIDER: Final = "SILABS USB V1.0".encode("utf-16-le")
"""As AN571 writes it; which version a CP2102 tells is not public."""
PROPERTIES: Final = layouts.CP210X_PROPERTIES.pack(
    layouts.CP210X_PROPERTIES.size + len(PROVIDER),
    0x0100,
    1,
    0,
    SENDS_OCTETS,
    RECEIVES_OCTETS,
    FASTEST_BAUD,
    1,  # RS-232
    0x13F,  # DTR and DSR, RTS and CTS, DCD, parity, XON and XOFF, special characters
    0x7F,  # parity, speed, data bits, stop bits, handshaking, parity and carrier checks
    0x1007FFF0,  # from 300 baud on, and other speeds too
    0x000F,  # 5 to 8 data bits
    0x1F07,  # 1, 1.5 and 2 stop bits; every parity
    SENDS_OCTETS,
    RECEIVES_OCTETS,
    0,
    0,
)
"""What a CP2102 can do (AN571, table 7); the bits are those a CP2102N tells (linux-usb mailing
list, 7 June 2021), but for the speeds below 300 baud, which a CP2102 has not (AN205, table 1)."""
FLOW_OCTETS: Final = 16
CHARS_OCTETS: Final = 6
EVENT_PLACE: Final = 3
"""Of ``bEventChar`` among the special characters."""
EVERY_EVENT: Final = 0x05FF
"""Bits of the event mask that mean something."""
PURGES_FROM_HOST: Final = 0b0101
PURGES_TO_HOST: Final = 0b1010
WAITS_FOR_XON: Final = 1 << 3
"""Of ``ulHoldReasons`` (AN571, table 8), whose bits 0 to 2 are CTS, DSR and DCD."""
HANDSHAKES: Final = 0b111
"""Of ``ulControlHandshake``, from bit 3 on: CTS, DSR and DCD (AN571, table 10)."""
STATICALLY: Final = (False, True)
"""What the two lowest values of a line's flow control say of the line itself."""


class Cp210xRequest(IntEnum):
    """``bRequest``; those of AN571 that are not here stall.

    They are RESET (0x11), SET_RECEIVE and GET_RECEIVE (0x17, 0x18): what they do to a CP2102 is
    not public, and no driver that is public sends them.
    """

    IFC_ENABLE = 0x00
    SET_BAUDDIV = 0x01
    GET_BAUDDIV = 0x02
    SET_LINE_CTL = 0x03
    GET_LINE_CTL = 0x04
    SET_BREAK = 0x05
    IMM_CHAR = 0x06
    SET_MHS = 0x07
    GET_MDMSTS = 0x08
    SET_XON = 0x09
    SET_XOFF = 0x0A
    SET_EVENTMASK = 0x0B
    GET_EVENTMASK = 0x0C
    SET_CHAR = 0x0D
    GET_CHARS = 0x0E
    GET_PROPS = 0x0F
    GET_COMM_STATUS = 0x10
    PURGE = 0x12
    SET_FLOW = 0x13
    GET_FLOW = 0x14
    EMBED_EVENTS = 0x15
    GET_EVENTSTATE = 0x16
    SET_CHARS = 0x19
    GET_BAUDRATE = 0x1D
    SET_BAUDRATE = 0x1E
    VENDOR_SPECIFIC = 0xFF


class Cp210x:
    """The bridge; while its port is not enabled, bytes of both sides are lost.

    Args:
        name: of the interface.
    """

    def __init__(self, name: str = "") -> None:
        self.line = SerialLine(baud=FIRST_BAUD)
        self.interfaces = (
            Interface(
                number=0,
                class_code=VENDOR_CLASS,
                subclass=0,
                protocol=0,
                endpoints=bulk_pair(0x81, 0x01),
                name=name,
            ),
        )
        self._to_host = EventsToHost(PACKET_OCTETS, self.line)
        self._from_host = _Uart(PACKET_OCTETS)
        self.ins = {0x81: self._to_host}
        self.outs = {0x01: self._from_host}
        self.descriptors = dict[int, bytes]()
        self._flow = bytes(FLOW_OCTETS)
        self._chars = bytes(CHARS_OCTETS)
        self._waits_for_xon = False
        self._setters = self._make_setters()
        self._getters = self._make_getters()

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A request of AN571, section 5."""
        if setup.request_type == FROM_DEVICE:
            is_part = (setup.request, setup.value) == (
                Cp210xRequest.VENDOR_SPECIFIC,
                GET_PARTNUM,
            )
            return CP2102 if is_part else Handshake.STALL
        getter, setter = self._getters.get(setup.request), self._setters.get(setup.request)
        if setup.request_type == FROM_INTERFACE and getter is not None:
            return getter()
        is_done = setup.request_type == TO_INTERFACE and setter is not None
        return b"" if is_done and setter and setter(setup.value, data) else Handshake.STALL

    def reset(self) -> None:
        """As after power-on: the port is not enabled."""
        self._to_host.forget()
        self._from_host.clear()
        self._from_host.is_enabled = False
        self._flow = bytes(FLOW_OCTETS)
        self._chars = bytes(CHARS_OCTETS)
        self._waits_for_xon = False
        self.line.forget_host(FIRST_BAUD)

    def read(self) -> bytes:
        """What the host has sent, unless flow control holds it back; never waits."""
        if self._hold_reasons():
            return b""
        data = self._from_host.pull()
        if data:
            self._to_host.sent_all()
        return data

    def write(self, data: bytes) -> int:
        """How many of the wand's bytes were taken; never waits."""
        return self._to_host.push(data) if self._from_host.is_enabled else len(data)

    def _make_setters(self) -> dict[int, Callable[[int, bytes], bool]]:
        return {
            Cp210xRequest.IFC_ENABLE: self._enable,
            Cp210xRequest.SET_BAUDDIV: self._set_divisor,
            Cp210xRequest.SET_LINE_CTL: self._set_form,
            Cp210xRequest.SET_BREAK: self._set_break,
            Cp210xRequest.IMM_CHAR: self._send_at_once,
            Cp210xRequest.SET_MHS: self._set_lines,
            Cp210xRequest.SET_XON: lambda _value, _data: self._hear_flow(is_off=False),
            Cp210xRequest.SET_XOFF: lambda _value, _data: self._hear_flow(is_off=True),
            Cp210xRequest.SET_EVENTMASK: self._set_event_mask,
            Cp210xRequest.SET_CHAR: self._set_char,
            Cp210xRequest.PURGE: self._purge,
            Cp210xRequest.SET_FLOW: self._set_flow,
            Cp210xRequest.EMBED_EVENTS: self._embed_events,
            Cp210xRequest.SET_CHARS: self._set_chars,
            Cp210xRequest.SET_BAUDRATE: self._set_baud,
        }

    def _make_getters(self) -> dict[int, Callable[[], bytes]]:
        return {
            Cp210xRequest.GET_BAUDDIV: lambda: layouts.WORD.pack(DIVIDED_HZ // self.line.baud),
            Cp210xRequest.GET_LINE_CTL: self._form,
            Cp210xRequest.GET_MDMSTS: self._lines,
            Cp210xRequest.GET_EVENTMASK: lambda: layouts.WORD.pack(self._to_host.mask),
            Cp210xRequest.GET_CHARS: lambda: self._chars,
            Cp210xRequest.GET_PROPS: lambda: PROPERTIES + PROVIDER,
            Cp210xRequest.GET_COMM_STATUS: self._status,
            Cp210xRequest.GET_FLOW: lambda: self._flow,
            Cp210xRequest.GET_EVENTSTATE: lambda: layouts.WORD.pack(self._to_host.take_events()),
            Cp210xRequest.GET_BAUDRATE: lambda: layouts.DOUBLE_WORD.pack(self.line.baud),
        }

    def _enable(self, value: int, _data: bytes) -> bool:
        if bool(value) != self._from_host.is_enabled:
            self._to_host.clear()
            self._from_host.clear()
        self._from_host.is_enabled = bool(value)
        if not value:
            # Linux counts on it when it closes the port (cp210x_close).
            self._to_host.embed(0)
        return True

    def _set_baud(self, _value: int, data: bytes) -> bool:
        if len(data) != layouts.DOUBLE_WORD.size:
            return False
        (baud,) = layouts.DOUBLE_WORD.unpack(data)
        if not SLOWEST_BAUD <= baud <= FASTEST_BAUD:
            return False
        self.line.baud = baud
        return True

    def _set_divisor(self, value: int, _data: bytes) -> bool:
        if not value or not SLOWEST_BAUD <= DIVIDED_HZ // value <= FASTEST_BAUD:
            return False
        self.line.baud = DIVIDED_HZ // value
        return True

    def _set_form(self, value: int, _data: bytes) -> bool:
        """Bits 0-3 stop bits, 4-7 parity, 8-15 data bits."""
        form = LineForm(value & 0xF, value >> 4 & 0xF, value >> 8)
        if not form.is_possible:
            return False
        form.set_on(self.line)
        return True

    def _form(self) -> bytes:
        form = LineForm.of(self.line)
        return layouts.WORD.pack(form.stop | form.parity << 4 | form.data_bits << 8)

    def _set_break(self, value: int, _data: bytes) -> bool:
        self.line.is_break = bool(value)
        return True

    def _send_at_once(self, value: int, _data: bytes) -> bool:
        return self._from_host.put(bytes((value & 0xFF,))) is not Handshake.NAK

    def _set_lines(self, value: int, _data: bytes) -> bool:
        """Bits 0 and 1 are DTR and RTS; each counts only where bit 8 or 9 says so."""
        if value & 0x100:
            self.line.dtr = bool(value & 1)
        if value & 0x200:
            self.line.rts = bool(value & 2)
        return True

    def _lines(self) -> bytes:
        line = self.line
        outputs = line.dtr | line.rts << 1
        return bytes((outputs | self._to_host.levels,))

    def _hear_flow(self, *, is_off: bool) -> bool:
        """As if the wand had sent XOFF or XON.

        As with Windows's IOCTL_SERIAL_SET_XOFF, whatever flow control is set.
        """
        self._waits_for_xon = is_off
        return True

    def _set_event_mask(self, value: int, _data: bytes) -> bool:
        self._to_host.mask = BridgeEvent(value & EVERY_EVENT)
        return True

    def _embed_events(self, value: int, _data: bytes) -> bool:
        """The low octet is the escape character; 0 ends it (Linux, cp210x_disable_event_mode)."""
        self._to_host.embed(value & 0xFF)
        return True

    def _purge(self, value: int, _data: bytes) -> bool:
        if value & PURGES_FROM_HOST:
            self._from_host.clear()
        if value & PURGES_TO_HOST:
            self._to_host.clear()
        return True

    def _set_flow(self, _value: int, data: bytes) -> bool:
        """The low bits of ulControlHandshake are DTR's mode, bits 6-7 of ulFlowReplace RTS's."""
        if len(data) != FLOW_OCTETS:
            return False
        self._flow = data
        dtr, rts = data[0] & 3, data[4] >> 6
        # Where flow control moves a line, the bridge is always ready: its buffer is emptied.
        self.line.dtr = STATICALLY[dtr] if dtr < len(STATICALLY) else True
        self.line.rts = STATICALLY[rts] if rts < len(STATICALLY) else True
        return True

    def _set_chars(self, _value: int, data: bytes) -> bool:
        if len(data) != CHARS_OCTETS:
            return False
        self._chars = data
        self._to_host.event_character = data[EVENT_PLACE]
        return True

    def _set_char(self, value: int, _data: bytes) -> bool:
        """One of them: the low octet is its place, the high octet the character."""
        chars = bytearray(self._chars)
        place = value & 0xFF
        if place >= CHARS_OCTETS:
            return False
        chars[place] = value >> 8
        return self._set_chars(0, bytes(chars))

    def _hold_reasons(self) -> int:
        """Why nothing is sent to the wand: it has lowered a line of the handshake, or XOFF."""
        line = self.line
        lowered = (not line.cts) | (not line.dsr) << 1 | (not line.dcd) << 2
        reasons = lowered & self._flow[0] >> 3 & HANDSHAKES
        return reasons | (WAITS_FOR_XON if self._waits_for_xon else 0)

    def _status(self) -> bytes:
        """Errors since it was asked last, and how many bytes wait to and from the host."""
        queues = len(self._to_host), len(self._from_host)
        reasons = self._hold_reasons() if len(self._from_host) else 0
        errors = self._to_host.take_errors()
        return layouts.CP210X_COMM_STATUS.pack(errors, reasons, *queues, 0, 0, 0)


class _Uart(StreamFromHost):
    """Bytes for the wand; those that come while the port is not enabled are lost."""

    is_enabled: bool = False

    @override
    def put(self, data: bytes) -> int | Handshake:
        return super().put(data) if self.is_enabled else len(data)
