"""A serial port of its own on the bus: communications class, abstract control model.

Linux binds ``cdc_acm`` to it and calls it ``/dev/ttyACM0``. Sources: USB CDC 1.2, and its
sub-class specification for PSTN devices 1.2, whose tables are named here as "PSTN".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from watchclock_sim.line.serial_line import LineError, SerialLine
from watchclock_sim.usb import layouts
from watchclock_sim.usb.bulk_pair import PACKET_OCTETS, bulk_pair
from watchclock_sim.usb.bus import Endpoint, Handshake, Interface, Setup, TransferType
from watchclock_sim.usb.descriptors import DescriptorType
from watchclock_sim.usb.line_form import LineForm
from watchclock_sim.usb.pipes import InPipe, StreamFromHost, StreamToHost

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CDC_ACM_CLASS", "CdcAcm"]

COMMUNICATIONS: Final = 0x02
ABSTRACT_CONTROL: Final = 0x02
AT_COMMANDS: Final = 0x01
"""Says nothing of what is spoken; it is what every driver looks for (CDC 1.2, table 5)."""
DATA: Final = 0x0A
CDC_ACM_CLASS: Final = (COMMUNICATIONS, 0, 0)
"""Of the device descriptor, where it is the only function (CDC 1.2, table 2)."""
CDC_RELEASE: Final = 0x0120
LINE_AND_BREAK: Final = 0x06
"""Line coding with control lines and serial state, and send break (PSTN, table 4)."""

TO_INTERFACE: Final = 0x21
FROM_INTERFACE: Final = 0xA1
SET_LINE_CODING: Final = 0x20
GET_LINE_CODING: Final = 0x21
SET_CONTROL_LINE_STATE: Final = 0x22
SEND_BREAK: Final = 0x23
SERIAL_STATE: Final = 0x20

ERROR_BITS: Final[Mapping[LineError, int]] = {
    LineError.BREAK: 1 << 2,
    LineError.FRAMING: 1 << 4,
    LineError.PARITY: 1 << 5,
    LineError.OVERRUN: 1 << 6,
}
"""Of the serial state (PSTN, table 31)."""

FIRST_BAUD: Final = 9600
UNTIL_ENDED: Final = 0xFFFF

NOTICE_OCTETS: Final = 16
NOTICE_INTERVAL: Final = 10


class CdcAcm:
    """A wand with a serial port in it.

    Args:
        first_interface: number of its control interface; the data interface follows.
        name: of the interface.
    """

    def __init__(self, first_interface: int = 0, name: str = "") -> None:
        self._control = first_interface
        self._is_timed_break = False
        self.line = SerialLine(baud=FIRST_BAUD)
        notice = Endpoint(
            address=0x83,
            type=TransferType.INTERRUPT,
            packet_octets=NOTICE_OCTETS,
            interval=NOTICE_INTERVAL,
        )
        self.interfaces = (
            Interface(
                number=first_interface,
                class_code=COMMUNICATIONS,
                subclass=ABSTRACT_CONTROL,
                protocol=AT_COMMANDS,
                endpoints=(notice,),
                extra=_functional(first_interface),
                name=name,
            ),
            Interface(
                number=first_interface + 1,
                class_code=DATA,
                subclass=0,
                protocol=0,
                endpoints=bulk_pair(0x81, 0x02),
            ),
        )
        self._to_host = StreamToHost(PACKET_OCTETS)
        self._from_host = StreamFromHost(PACKET_OCTETS)
        self._notices = _SerialStates(self.line, first_interface)
        self.ins = dict[int, InPipe]({0x81: self._to_host, 0x83: self._notices})
        self.outs = {0x02: self._from_host}
        self.descriptors = dict[int, bytes]()
        self._requests: dict[tuple[int, int], Callable[[Setup, bytes], bytes | Handshake]] = {
            (TO_INTERFACE, SET_LINE_CODING): self._set_line_coding,
            (FROM_INTERFACE, GET_LINE_CODING): self._get_line_coding,
            (TO_INTERFACE, SET_CONTROL_LINE_STATE): self._set_control_lines,
            (TO_INTERFACE, SEND_BREAK): self._send_break,
        }

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A request of PSTN, 6.3, to the control interface."""
        request = self._requests.get((setup.request_type, setup.request))
        if request is None or setup.index != self._control:
            return Handshake.STALL
        self._end_timed_break()
        return request(setup, data)

    def reset(self) -> None:
        """No bytes, no lines raised; 9600 baud until told otherwise."""
        self._to_host.clear()
        self._from_host.clear()
        self._notices.clear()
        self.line.forget_host(FIRST_BAUD)
        self._is_timed_break = False

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        data = self._from_host.pull()
        if data:
            self._end_timed_break()
        return data

    def write(self, data: bytes) -> int:
        """How many of the wand's bytes were taken; never waits."""
        taken = self._to_host.push(data)
        if taken:
            self._notices.note(self.line.error)
        return taken

    def _set_line_coding(self, _setup: Setup, data: bytes) -> bytes | Handshake:
        """A coding that no line has is refused; the wand keeps the one before (PSTN, 6.3.10)."""
        if len(data) != layouts.LINE_CODING.size:
            return Handshake.STALL
        baud, stop, parity, bits = layouts.LINE_CODING.unpack(data)
        form = LineForm(stop, parity, bits)
        if not baud or not form.is_possible:
            return Handshake.STALL
        self.line.baud = baud
        form.set_on(self.line)
        return b""

    def _get_line_coding(self, _setup: Setup, _data: bytes) -> bytes:
        return layouts.LINE_CODING.pack(self.line.baud, *LineForm.of(self.line))

    def _set_control_lines(self, setup: Setup, _data: bytes) -> bytes:
        """Bit 0 is DTR, bit 1 is RTS (PSTN, table 18)."""
        self.line.dtr = bool(setup.value & 1)
        self.line.rts = bool(setup.value & 2)
        return b""

    def _send_break(self, setup: Setup, _data: bytes) -> bytes:
        """0 ends a break, FFFF begins one, anything else is one of so many ms (PSTN, 6.3.13).

        The device has no clock: a break of so many milliseconds is over when the host sends
        anything else.
        """
        self.line.is_break = setup.value != 0
        self._is_timed_break = setup.value not in {0, UNTIL_ENDED}
        return b""

    def _end_timed_break(self) -> None:
        if self._is_timed_break:
            self.line.is_break = self._is_timed_break = False


class _SerialStates:
    """The notification endpoint: says what the lines are whenever they differ from what it said.

    Two changes that the host did not fetch in between become one, as PSTN, 6.5.4, allows. What was
    wrong with characters is told once and is no state that lasts.
    """

    def __init__(self, line: SerialLine, interface: int) -> None:
        self._line = line
        self._interface = interface
        self._told = 0
        self._errors = LineError.NONE

    def note(self, error: LineError) -> None:
        """Something was wrong with a character, or nothing."""
        self._errors |= error

    @property
    def has_input(self) -> bool:
        """Whether the lines have changed since they were told, or a character was wrong."""
        return bool(self._errors) or self._bits() != self._told

    def take(self, length: int) -> bytes | Handshake:
        """SERIAL_STATE (PSTN, table 31)."""
        bits = self._bits()
        if not self.has_input:
            return Handshake.NAK
        self._told = bits
        bits |= sum(bit for error, bit in ERROR_BITS.items() if self._errors & error)
        self._errors = LineError.NONE
        size = layouts.SERIAL_STATE.size
        head = layouts.NOTIFICATION.pack(FROM_INTERFACE, SERIAL_STATE, 0, self._interface, size)
        return (head + layouts.SERIAL_STATE.pack(bits))[:length]

    def clear(self) -> None:
        """The host knows of no line."""
        self._told = 0
        self._errors = LineError.NONE

    def _bits(self) -> int:
        line = self._line
        return line.dcd | line.dsr << 1 | line.ri << 3


def _functional(control: int) -> bytes:
    """Header, call management, abstract control and union (CDC 1.2, 5.2.3; PSTN, 5.3)."""
    header = bytes((5, DescriptorType.CLASS_INTERFACE, 0)) + layouts.WORD.pack(CDC_RELEASE)
    calls = bytes((5, DescriptorType.CLASS_INTERFACE, 1, 0, control + 1))
    abstract = bytes((4, DescriptorType.CLASS_INTERFACE, 2, LINE_AND_BREAK))
    union = bytes((5, DescriptorType.CLASS_INTERFACE, 6, control, control + 1))
    return header + calls + abstract + union
