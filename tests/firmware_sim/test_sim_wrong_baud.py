"""Bytes on a line whose two ends are set differently, by worked examples and by properties."""

import os
import socket
import termios
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from tests.support.golden_fcard import exchanges
from tests.support.sim_wands import setup_of
from tests.support.virtual_port import VirtualClock, VirtualPort
from tests.support.wands import running_wand
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.serial_line import LineError, Parity, SerialLine
from watchclock_sim.line.wrong_baud import CharacterForm, Heard, Uart, misheard
from watchclock_sim.wands.fcard import FCARD, FcardWand
from watchclock_sim.wands.wm5000t import WM5000T

READ_NUMBER, (NUMBER,) = exchanges()[0].host, exchanges()[0].wand
LATEST = 1 / 16
FORMS = st.builds(
    CharacterForm,
    baud=st.integers(1, 2**32 - 1),
    data_bits=st.integers(5, 8),
    parity=st.sampled_from(Parity),
    stop_bits=st.sampled_from([1, 1.5, 2]),
)
LATENESS = st.floats(0, LATEST)


@given(st.binary(max_size=100), FORMS, FORMS, LATENESS)
def test_whatever_is_sent_in_whatever_form_something_bounded_is_heard_and_the_same_again(
    data: bytes, sent: CharacterForm, heard: CharacterForm, lateness: float
) -> None:
    arrived = misheard(data, sent, heard, lateness)
    assert len(arrived.data) <= 5 * len(data)
    assert all(byte < 1 << heard.data_bits for byte in arrived.data)
    assert all(place < len(arrived.data) for place in arrived.errors)
    assert misheard(data, sent, heard, lateness) == arrived


@given(st.binary(max_size=200), FORMS, st.floats(-0.03, 0.03), LATENESS)
def test_equal_forms_and_nearly_equal_speeds_hear_what_was_sent(
    data: bytes, form: CharacterForm, difference: float, lateness: float
) -> None:
    near = CharacterForm(
        baud=max(1, round(form.baud * (1 + difference))),
        data_bits=form.data_bits,
        parity=form.parity,
        stop_bits=form.stop_bits,
    )
    if abs(near.baud / form.baud - 1) > 0.03:
        near = form
    kept = bytes(byte & (1 << form.data_bits) - 1 for byte in data)
    assert misheard(data, form, near, lateness) == Heard(kept)


@given(st.binary(min_size=1, max_size=100), LATENESS)
def test_a_form_without_parity_sees_even_parity_of_seven_bits_as_the_eighth(
    data: bytes, lateness: float
) -> None:
    sent = CharacterForm(baud=9600, data_bits=7, parity=Parity.EVEN)
    low = bytes(byte & 0x7F for byte in data)
    even = bytes(byte | (byte.bit_count() & 1) << 7 for byte in low)
    assert misheard(low, sent, CharacterForm(baud=9600), lateness).data == even


@pytest.mark.parametrize(
    ("data", "sent", "heard", "arrived"),
    [
        # Nine low bits look like eighteen: a start bit, zeros, and no stop bit. One character.
        (b"\x00", 9600, 19200, b"\x00"),
        # The start bit looks like two: a start bit and a zero, then ones.
        (b"\xff", 9600, 19200, b"\xfe"),
        # The start bit looks like twelve: zeros only, and no stop bit.
        (b"\xff", 9600, 115200, b"\x00"),
        # The start bit is over in the middle of what should be one: a disturbance.
        (b"\xff", 19200, 9600, b""),
        # Low for five bits of the sender, looked at after 1, 3, 5 of them: start, zero, ones.
        (b"\xf0", 19200, 9600, b"\xfe"),
        # Low for six: start, zero, zero, ones.
        (b"\xe0", 19200, 9600, b"\xfc"),
        # 0x55 is low and high in turn, so its start is a disturbance, and so is every other fall.
        (b"\x55", 19200, 9600, b""),
    ],
)
def test_worked_examples_of_a_wrong_speed(
    data: bytes, sent: int, heard: int, arrived: bytes
) -> None:
    made = misheard(data, CharacterForm(baud=sent), CharacterForm(baud=heard), LATEST / 2)
    assert made.data == arrived


@pytest.mark.parametrize(
    ("data", "heard", "arrived", "errors"),
    [
        # Three ones or one: the stop bit, taken for the parity bit, makes an even number of them.
        (b"\x07", CharacterForm(baud=9600, parity=Parity.EVEN), b"\x07", {}),
        (b"\x03", CharacterForm(baud=9600, parity=Parity.EVEN), b"\x03", {0: LineError.PARITY}),
        (b"\x01", CharacterForm(baud=9600, parity=Parity.ODD), b"\x01", {0: LineError.PARITY}),
        # The next start bit stands where the stop bit should; then a start bit, six zeros, ones.
        (
            b"\x01\x01",
            CharacterForm(baud=9600, parity=Parity.EVEN),
            b"\x01\xc0",
            {0: LineError.FRAMING, 1: LineError.PARITY},
        ),
        # Low for longer than a whole character.
        (b"\x00", CharacterForm(baud=19_200), b"\x00", {0: LineError.BREAK | LineError.FRAMING}),
    ],
)
def test_worked_examples_of_what_is_wrong_with_what_is_heard(
    data: bytes, heard: CharacterForm, arrived: bytes, errors: dict[int, LineError]
) -> None:
    made = misheard(data, CharacterForm(baud=9600), heard, LATEST / 2)
    assert (made.data, made.errors) == (arrived, errors)


def test_the_same_seed_garbles_alike_and_another_differs_somewhere() -> None:
    line = SerialLine(baud=100_000)
    data = bytes(range(256)) * 4

    def heard(seed: int) -> list[bytes]:
        uart = Uart(baud=115_200, seed=seed)
        return [uart.to_wand(data, line), uart.to_host(data, line).data]

    assert heard(3) == heard(3)
    assert heard(3)[0] != data
    assert len({b"".join(heard(seed)) for seed in range(20)}) > 1


@pytest.mark.parametrize("line", [None, SerialLine(), SerialLine(baud=115_200, stop_bits=2)])
def test_a_line_of_which_nothing_is_known_or_nothing_is_wrong_changes_nothing(
    line: SerialLine | None,
) -> None:
    uart = Uart(baud=FCARD.baud)
    assert uart.to_wand(READ_NUMBER, line) == READ_NUMBER
    assert uart.to_host(NUMBER, line) == Heard(NUMBER)


def test_a_break_is_one_character_of_zeros_to_the_wand_however_long_it_lasts() -> None:
    uart, line = Uart(baud=9600), SerialLine(baud=9600)
    line.is_break = True
    assert [uart.to_wand(b"", line), uart.to_wand(b"", line)] == [b"\x00", b""]
    line.is_break = False
    assert uart.to_wand(b"", line) == b""
    line.is_break = True
    assert uart.to_wand(b"", line) == b"\x00"


@pytest.mark.parametrize("raised", ["dtr", "rts"])
def test_a_contact_wand_is_silent_while_the_host_raises_a_line(raised: str) -> None:
    uart = Uart(baud=WM5000T.baud, wants_lines_low=WM5000T.wants_lines_low)
    line = SerialLine(baud=WM5000T.baud)
    setattr(line, raised, True)
    assert uart.to_wand(b"\x55", line) == uart.to_host(b"\x55", line).data == b""
    setattr(line, raised, False)
    assert uart.to_wand(b"\x55", line) == b"\x55"


def test_a_dock_answers_only_at_its_own_speed() -> None:
    line, clock = SerialLine(baud=9600), VirtualClock()
    port = VirtualPort(line)
    wand = FcardWand(setup_of("7"))
    uart = Uart(baud=FCARD.baud)
    dock = Dock(wand, port, faults=LineFaults((), 0), baud=0, clock=clock, uart=uart)
    port.to_wand += READ_NUMBER
    dock.turn()
    assert bytes(port.from_wand) == b""
    line.baud = 115_200
    port.to_wand += READ_NUMBER
    dock.turn()
    dock.turn()
    assert bytes(port.from_wand) == NUMBER


@pytest.mark.pty
def test_a_wand_on_a_pty_that_is_opened_at_the_wrong_speed_is_not_understood(
    tmp_path: Path,
) -> None:
    link = tmp_path / "wand"
    with running_wand("fcard", "--pty", str(link), "--number", "7") as wand:
        for baud, answer in ((9600, b""), (115_200, NUMBER), (57_600, b""), (115_200, NUMBER)):
            with serial.Serial(str(wand.path), baud, timeout=0.5) as port:
                port.write(READ_NUMBER)
                assert port.read(len(NUMBER)) == answer


@pytest.mark.pty
@pytest.mark.parametrize(
    ("dialect", "number"), [("fcard", "7"), ("vs", "5B00000000001234")], ids=["fcard", "vs"]
)
def test_a_wand_that_really_speaks_another_speed_is_garbage_even_where_nobody_tells_the_speed(
    dialect: str, number: str
) -> None:
    faulty = ("--tcp", "0", "--number", number, "--fault", "wrong_baud:baud=57600")
    with running_wand(dialect, *faulty) as wand:
        host, _, port = wand.address.removeprefix("tcp:").rpartition(":")
        with socket.create_connection((host, int(port)), 5) as link:
            link.settimeout(0.5)
            link.sendall(READ_NUMBER)
            with pytest.raises(TimeoutError):
                link.recv(100)


@pytest.mark.pty
def test_a_wand_that_really_speaks_another_speed_answers_at_that_one() -> None:
    faulty = ("--pty", "--number", "7", "--fault", "wrong_baud:baud=57600")
    with running_wand("fcard", *faulty) as wand:
        for baud, answer in ((115_200, b""), (57_600, NUMBER)):
            with serial.Serial(str(wand.path), baud, timeout=0.5) as port:
                port.write(READ_NUMBER)
                assert port.read(len(NUMBER)) == answer


@pytest.mark.pty
def test_a_host_that_lowers_the_speed_before_the_answer_comes_reads_garbage(
    tmp_path: Path,
) -> None:
    link = tmp_path / "wand"
    slow = ("--fault", "slow:delay_ms=300")
    heard: list[bytes] = []
    for _ in range(2):
        with (
            running_wand("fcard", "--pty", str(link), "--number", "7", *slow),
            serial.Serial(str(link), 115_200, timeout=1.0) as port,
        ):
            port.write(READ_NUMBER)
            termios.tcdrain(port.fileno())
            port.baudrate = 38_400
            heard.append(os.read(port.fileno(), 100) if port.read(0) == b"" else b"")
    assert heard[0] == heard[1] != NUMBER
