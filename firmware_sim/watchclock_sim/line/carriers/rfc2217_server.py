"""The server's half of RFC 2217, with what pyserial's leaves out because its client never asks.

Those are the signature, the questions for break, DTR and RTS, flow control of the inbound
direction, and a host that suspends what it is sent (RFC 2217, section 3).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from serial import rfc2217

__all__ = ["Rfc2217Server"]

SIGNATURE: Final = b"\x00"
SERVER_SIGNATURE: Final = b"\x64"
NAME: Final = b"watchclock"

State = Callable[[Any], object]
QUESTIONS: Final[Mapping[bytes, tuple[State, bytes, bytes]]] = {
    rfc2217.SET_CONTROL_REQ_BREAK_STATE: (
        lambda port: port.break_condition,
        rfc2217.SET_CONTROL_BREAK_ON,
        rfc2217.SET_CONTROL_BREAK_OFF,
    ),
    rfc2217.SET_CONTROL_REQ_DTR: (
        lambda port: port.dtr,
        rfc2217.SET_CONTROL_DTR_ON,
        rfc2217.SET_CONTROL_DTR_OFF,
    ),
    rfc2217.SET_CONTROL_REQ_RTS: (
        lambda port: port.rts,
        rfc2217.SET_CONTROL_RTS_ON,
        rfc2217.SET_CONTROL_RTS_OFF,
    ),
}
"""What is asked, where the answer stands, and how yes and no are written."""
INBOUND_FLOW: Final = frozenset(
    {
        rfc2217.SET_CONTROL_REQ_FLOW_SETTING_IN,
        rfc2217.SET_CONTROL_USE_NO_FLOW_CONTROL_IN,
        rfc2217.SET_CONTROL_USE_SW_FLOW_CONTOL_IN,
        rfc2217.SET_CONTROL_USE_HW_FLOW_CONTOL_IN,
        rfc2217.SET_CONTROL_USE_DTR_FLOW_CONTROL,
    }
)
"""Whatever is wished there, a wand goes on as it does, which is without."""


class Rfc2217Server(rfc2217.PortManager):
    """pyserial's ``PortManager`` that answers every question of RFC 2217.

    Attributes:
        is_suspended: the host wants neither data nor commands until it says otherwise.
    """

    is_suspended = False

    def _telnet_process_subnegotiation(self, suboption: bytes) -> None:
        """A whole suboption; pyserial's own name, by which its parser finds it."""
        option, command, value = suboption[:1], suboption[1:2], suboption[2:]
        if option != rfc2217.COM_PORT_OPTION or not self._answers(command, value):
            cast("Any", super())._telnet_process_subnegotiation(suboption)  # noqa: SLF001

    def _answers(self, command: bytes, value: bytes) -> bool:
        """Whether this is one of the commands that are answered here."""
        if command == SIGNATURE:
            if not value:
                self.rfc2217_send_subnegotiation(SERVER_SIGNATURE, NAME)
        elif command in {rfc2217.FLOWCONTROL_SUSPEND, rfc2217.FLOWCONTROL_RESUME}:
            self.is_suspended = command == rfc2217.FLOWCONTROL_SUSPEND
        elif command == rfc2217.SET_CONTROL and value in QUESTIONS:
            state, yes, no = QUESTIONS[value]
            self._tell_control(yes if state(self.serial) else no)
        elif command == rfc2217.SET_CONTROL and value in INBOUND_FLOW:
            self._tell_control(rfc2217.SET_CONTROL_USE_NO_FLOW_CONTROL_IN)
        else:
            return False
        return True

    def _tell_control(self, value: bytes) -> None:
        self.rfc2217_send_subnegotiation(rfc2217.SERVER_SET_CONTROL, value)
