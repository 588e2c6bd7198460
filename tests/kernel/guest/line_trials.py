"""Sets the line of a serial device as pyserial can on real hardware, and asks what arrived there.

At the other end is ``tests.kernel.line_witness``: to the line ``SEE`` it answers with what it
sees of its line, as JSON; to ``SHOW dsr=0 ri=1`` it sets its own lines and answers the same.
"""

import json
import struct
import termios
import time
import traceback
from collections.abc import Callable, Mapping
from fcntl import ioctl
from typing import Any, Final

import serial

from tests.kernel.guest.plugging import Sockets
from tests.kernel.guest.usb_tree import is_gone
from tests.kernel.guest.usbip_client import detach, listed
from tests.kernel.orders import DeviceOrder, LineReport

__all__ = ["try_lines"]

ANSWER_TIMEOUT_S: Final = 20.0
SETTLE_S: Final = 10.0
PAUSE_S: Final = 0.02


def _form(baud: int, bits: int, parity: str, stop: float) -> Callable[[serial.Serial], None]:
    def apply(port: serial.Serial) -> None:
        port.apply_settings(
            {"baudrate": baud, "bytesize": bits, "parity": parity, "stopbits": stop}
        )

    return apply


def _level(name: str, *, is_on: bool) -> Callable[[serial.Serial], None]:
    return lambda port: setattr(port, name, is_on)


TRIALS: Final[Mapping[str, Callable[[serial.Serial], None]]] = {
    "opened": lambda _port: None,
    "4800 7E1": _form(4800, 7, "E", 1),
    "115200 8O2": _form(115_200, 8, "O", 2),
    "9600 8N1": _form(9600, 8, "N", 1),
    "dtr off": _level("dtr", is_on=False),
    "dtr on": _level("dtr", is_on=True),
    "rts off": _level("rts", is_on=False),
    "rts on": _level("rts", is_on=True),
    "break on": _level("break_condition", is_on=True),
    "break off": _level("break_condition", is_on=False),
}
"""What the host does, one after the other."""

SHOWN: Final[Mapping[str, Mapping[str, bool]]] = {
    "dsr off": {"dsr": False, "cd": True, "ri": False},
    "cd off": {"dsr": True, "cd": False, "ri": False},
    "ri on": {"dsr": True, "cd": True, "ri": True},
    "all quiet": {"dsr": True, "cd": True, "ri": False},
}
"""What the device shows, one after the other, by pyserial's names."""


WRONG: Final[Mapping[str, tuple[int, str]]] = {
    "nothing": (0x00, "00 ec 03 ec 41"),
    "parity": (0x04, "41"),
    "frame": (0x08, "ec"),
    "brk": (0x10, "00"),
    "overrun": (0x02, "42"),
}
"""What is wrong with octets that the device sends: its ``LineError``, and they."""
COUNTS: Final = ("frame", "overrun", "parity", "brk")
COUNTERS: Final = struct.Struct("6i4i10i")
"""``struct serial_icounter_struct``: lines and octets, what ``COUNTS`` names, others."""


def try_lines(order: DeviceOrder, sockets: Sockets) -> LineReport:
    """Every trial with one device, which is let go of in the end."""
    seen: dict[str, Mapping[str, Any]] = {}
    shown: dict[str, Mapping[str, bool]] = {}
    heard: dict[str, str] = {}
    counted: Mapping[str, int] = {}
    is_detached, trouble, printed = False, "", listed(order.usbip)
    try:
        device = sockets.plug_in(order)
        with serial.Serial(
            device.nodes[0], 9600, timeout=ANSWER_TIMEOUT_S, exclusive=True
        ) as port:
            for name, apply in TRIALS.items():
                apply(port)
                seen[name] = _ask(port, "SEE")
            for name, levels in SHOWN.items():
                _ask(port, " ".join(("SHOW", *(f"{key}={on:d}" for key, on in levels.items()))))
                shown[name] = _settled(port, levels)
            counted = _check_parity(port, heard)
        # On the bus of full-speed devices the client's number of port n is n - 1.
        is_detached = detach(str(int(device.place.rpartition("-")[2]) - 1)) == 0
        is_detached = is_detached and is_gone(device)
    except Exception:  # noqa: BLE001 - it is reported, and the next device is tried
        trouble = traceback.format_exc()
    return LineReport(
        name=order.name,
        listed=printed,
        is_detached=is_detached,
        seen=seen,
        shown=shown,
        heard=heard,
        counted=counted,
        trouble=trouble,
    )


def _ask(port: serial.Serial, request: str) -> dict[str, Any]:
    port.write(f"{request}\n".encode())
    answer: dict[str, Any] = json.loads(port.readline())
    return answer


def _check_parity(port: serial.Serial, heard: dict[str, str]) -> Mapping[str, int]:
    """Hear wrong octets as a program that checks parity and marks them; what was counted."""
    settings = termios.tcgetattr(port.fileno())
    settings[0] |= termios.INPCK | termios.PARMRK
    termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
    before = _counts(port)
    _ask(port, "SHOW dsr=0 cd=0 ri=1")
    for name, (error, octets) in WRONG.items():
        port.write(f"SEND {error} {octets.replace(' ', '')}\n".encode())
        answer = port.readline()
        heard[name] = answer[: answer.index(b"{")].hex(" ")
    end = time.monotonic() + SETTLE_S
    while True:
        now = _counts(port)
        counted = {name: now[name] - before[name] for name in COUNTS}
        if all(counted.values()) or time.monotonic() > end:
            return counted
        time.sleep(PAUSE_S)


def _counts(port: serial.Serial) -> Mapping[str, int]:
    raw = ioctl(port.fileno(), termios.TIOCGICOUNT, bytes(COUNTERS.size))
    return dict(zip(COUNTS, COUNTERS.unpack(raw)[6:10], strict=True))


def _settled(port: serial.Serial, wanted: Mapping[str, bool]) -> Mapping[str, bool]:
    """What pyserial shows once it shows what is wanted, or does not in the time it has."""
    end = time.monotonic() + SETTLE_S
    while True:
        shown = {name: bool(getattr(port, name)) for name in wanted}
        if shown == wanted or time.monotonic() > end:
            return shown
        time.sleep(PAUSE_S)
