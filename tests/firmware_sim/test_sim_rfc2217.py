"""RFC 2217 with pyserial's client here and the wand in its own process; and with hostile hosts."""

import json
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial import SerialException, rfc2217
from typing_extensions import override

from tests.support.docks import running_child, wait_for
from tests.support.eventually import eventually
from tests.support.golden_fcard import exchanges
from tests.support.sim_wands import setup_of
from tests.support.wands import running_wand
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.carriers.rfc2217_port import Rfc2217Port
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.wands.fcard import FcardWand

READ_NUMBER, (NUMBER,) = exchanges()[0].host, exchanges()[0].wand
PATIENCE_S = 20.0
MEGABYTE = 1_000_000
BEGIN, END = bytes.fromhex("FF FA 2C"), bytes.fromhex("FF F0")
"""IAC SB COM-PORT-OPTION and IAC SE (RFC 2217, section 3)."""
# pyserial 3.5 starts its thread in a way that Python deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")


def url(address: str) -> str:
    return f"rfc2217://{address.removeprefix('rfc2217:')}"


@contextmanager
def client(address: str, baud: int = 115_200) -> Generator[rfc2217.Serial]:
    port = rfc2217.Serial(url(address), baud, timeout=PATIENCE_S)
    try:
        yield port
    finally:
        port.close()


def place_of(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("rfc2217:").rpartition(":")
    return host, int(port)


class TellingWand(FcardWand):
    """Says what the host has set, and sets the lines the host tells it to."""

    line = SerialLine()

    @override
    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        if data.strip(b"\x00?"):
            name, _, level = data.decode("ascii").partition("=")
            setattr(self.line, name, level == "1")
        told = {name: getattr(self.line, name) for name in SerialLine.__slots__}
        yield json.dumps(told | {"heard": data.hex()}).encode() + b"\n"


def serve_telling(where: Path) -> int:
    port, clock = Rfc2217Port("127.0.0.1", 0), SystemClock()
    wand = TellingWand(setup_of("7"))
    wand.line = port.line
    dock = Dock(wand, port, faults=LineFaults((), 0), baud=0, clock=clock, uart=Uart(baud=0))
    harbour = Harbour(clock)
    harbour.add(dock, port, "the telling wand")

    def ready() -> None:
        where.with_suffix(".new").write_text(port.address, "utf-8")
        where.with_suffix(".new").rename(where)

    run_harbour(harbour, ready)
    return 0


@pytest.fixture
def telling(tmp_path: Path) -> Generator[str]:
    """Address of a wand that tells."""
    where = tmp_path / "address"
    with running_child(lambda: serve_telling(where)):
        wait_for(where.exists)
        yield where.read_text("utf-8")


def told(port: rfc2217.Serial, data: bytes = b"?") -> dict[str, object]:
    port.write(data)
    answer: dict[str, object] = json.loads(port.readline())
    return answer


def test_hosts_come_and_go_and_every_kind_of_byte_passes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_wand("fcard", "--rfc2217", "0", "--number", "7", errors=log) as wand:
        assert wand.address.startswith("rfc2217:127.0.0.1:")
        for _ in range(2):
            with client(wand.address) as port:
                port.write(READ_NUMBER)
                assert port.read(len(NUMBER)) == NUMBER
        assert wand.stop() == 0
    assert len(log.read_text("utf-8").splitlines()) == 2


def test_the_settings_of_the_host_reach_the_wand(telling: str) -> None:
    with client(telling, 19_200) as port:
        first = told(port)
        port.bytesize, port.parity, port.stopbits = 7, "E", 1.5
        port.baudrate = 460_800
        second = told(port)
    assert [first[name] for name in ("baud", "data_bits", "parity", "stop_bits")] == [
        19_200,
        8,
        "N",
        1,
    ]
    assert [second[name] for name in ("baud", "data_bits", "parity", "stop_bits")] == [
        460_800,
        7,
        "E",
        1.5,
    ]


@pytest.mark.parametrize("levels", [(True, True), (False, True), (True, False), (False, False)])
def test_dtr_and_rts_reach_the_wand(telling: str, levels: tuple[bool, bool]) -> None:
    with client(telling) as port:
        port.dtr, port.rts = levels
        now = told(port)
    assert (now["dtr"], now["rts"], now["is_break"]) == (*levels, False)


def test_a_break_reaches_the_wand_as_a_state_and_once_as_a_character_of_zeros(
    telling: str,
) -> None:
    with client(telling) as port:
        port.break_condition = True
        began = json.loads(port.readline())
        lasts = told(port)
        port.break_condition = False
        over = told(port)
    seen = [(now["is_break"], now["heard"]) for now in (began, lasts, over)]
    assert seen == [(True, "00"), (True, "3f"), (False, "3f")]


def test_the_wands_modem_lines_reach_the_host_when_they_change(telling: str) -> None:
    with client(telling) as port:
        assert (port.cts, port.dsr, port.cd, port.ri) == (True, True, True, False)
        assert told(port, b"cts=0")["cts"] is False
        assert eventually(lambda: not port.cts)
        assert told(port, b"dsr=0")["dsr"] is False
        assert eventually(lambda: not port.dsr)
        assert told(port, b"dcd=0")["dcd"] is False
        assert eventually(lambda: not port.cd)
        assert told(port, b"ri=1")["ri"] is True
        assert eventually(lambda: port.ri)
        assert (port.cts, port.dsr, port.cd) == (False, False, False)


def test_lines_that_a_fault_changes_are_told_to_the_host_and_come_back(tmp_path: Path) -> None:
    faults = ("--fault", "lines_fall:byte=1,for_ms=3000", "--fault", "ring:byte=2")
    with (
        running_wand("fcard", "--rfc2217", "0", *faults, errors=tmp_path / "log") as wand,
        client(wand.address) as port,
    ):
        assert (port.cts, port.dsr, port.cd, port.ri) == (True, True, True, False)
        port.write(READ_NUMBER)
        assert port.read(len(NUMBER))
        assert eventually(lambda: not port.cts)
        assert (port.dsr, port.cd, port.ri) == (False, False, True)
        assert eventually(lambda: port.cts)
        assert (port.dsr, port.cd, port.ri) == (True, True, True)


def test_the_next_host_finds_nothing_of_what_the_former_has_set(telling: str) -> None:
    with client(telling, 1200) as port:
        port.parity, port.dtr = "O", True
        assert told(port)["parity"] == "O"
    with socket.create_connection(place_of(telling), PATIENCE_S) as raw:
        raw.settimeout(PATIENCE_S)
        raw.sendall(b"?")
        answer = raw.makefile("rb").readline()
    now = json.loads(answer[answer.index(b"{") :])
    assert (now["baud"], now["parity"], now["dtr"], now["is_break"]) == (0, "N", False, False)


def test_a_purge_is_answered(telling: str) -> None:
    with client(telling) as port:
        port.reset_input_buffer()
        port.reset_output_buffer()
        assert told(port)["baud"] == 115_200


HOSTILE = {
    "an end without a beginning": END,
    "a suboption that never ends": BEGIN + bytes(100_000),
    "a parity that is none": BEGIN + b"\x03\x09" + END,
    "stop bits that are none": BEGIN + b"\x04\x77" + END,
    "half a speed": BEGIN + b"\x01\x00\x01" + END,
    "a mask without a mask": BEGIN + b"\x0b" + END,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_host_is_cut_off_with_one_line_in_the_log_and_the_next_is_served(
    name: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with running_wand("fcard", "--rfc2217", "0", "--number", "7", errors=log) as wand:
        for _ in range(3):
            with socket.create_connection(place_of(wand.address), PATIENCE_S) as raw:
                raw.settimeout(PATIENCE_S)
                raw.sendall(HOSTILE[name])
                assert ends(raw)
        with client(wand.address) as port:
            port.write(READ_NUMBER)
            assert port.read(len(NUMBER)) == NUMBER
        assert wand.stop() == 0
    assert log.read_text("utf-8").count("was cut off") == 1


def ends(raw: socket.socket) -> bool:
    """Whether the other side hangs up."""
    try:
        while raw.recv(4096):
            pass
    except ConnectionResetError:
        return True
    return True


def test_a_host_that_asks_for_settings_and_reads_no_answer_costs_no_memory(
    tmp_path: Path,
) -> None:
    ask = BEGIN + b"\x01" + bytes(4) + END
    with running_wand("fcard", "--rfc2217", "0", errors=tmp_path / "log") as wand:
        process = psutil.Process(wand.process.pid)
        before = process.memory_info().rss
        with socket.create_connection(place_of(wand.address), PATIENCE_S) as raw:
            raw.settimeout(2.0)
            assert is_slowed_down(raw, ask * 1000)
            assert process.memory_info().rss - before < 4 * MEGABYTE
            cpu_s = process.cpu_times().user
            time.sleep(1.0)
            assert process.cpu_times().user - cpu_s < 0.1


def is_slowed_down(raw: socket.socket, data: bytes) -> bool:
    """Whether the other side stops taking bytes before it has taken a gigabyte."""
    with suppress(TimeoutError):
        for _ in range(10**9 // len(data)):
            raw.sendall(data)
        return False
    return True


@contextmanager
def plugged_in() -> Generator[tuple[Rfc2217Port, socket.socket]]:
    """A port in this process and a host at it, which has read nothing yet."""
    with (
        closing(Rfc2217Port("127.0.0.1", 0)) as port,
        socket.create_connection(place_of(port.address), PATIENCE_S) as raw,
    ):
        raw.settimeout(PATIENCE_S)
        assert port.read() == b""
        yield port, raw


def said(port: Rfc2217Port, raw: socket.socket, *commands: bytes) -> bytes:
    """The data among what a host sends, once all of it has come."""
    raw.sendall(b"".join((*commands, b"!")))
    heard = bytearray()

    def is_all_heard() -> bool:
        heard.extend(port.read())
        return heard.endswith(b"!")

    assert eventually(is_all_heard)
    return bytes(heard[:-1])


def command(*octets: int) -> bytes:
    return BEGIN + bytes(octets).replace(b"\xff", b"\xff\xff") + END


def answers_of(raw: socket.socket, until: bytes) -> list[bytes]:
    """The suboptions a host is sent, up to one of them."""
    heard = bytearray()
    while until not in heard:
        heard += raw.recv(4096)
    return [bytes(piece.partition(END)[0]) for piece in heard.split(BEGIN)[1:]]


def test_a_long_answer_leaves_whole_though_nobody_wakes_the_port_again() -> None:
    answer = bytes(range(256)) * 400
    received = bytearray()
    with plugged_in() as (port, raw):
        assert port.write(answer) == len(answer)
        while received.count(b"\xff\xff") < 400:
            received += raw.recv(1 << 16)
    assert bytes(received).replace(b"\xff\xff", b"\xff").endswith(answer)


def test_a_host_that_asks_for_break_lines_flow_and_signature_is_answered() -> None:
    asked = [(5, 4), (5, 7), (5, 10), (5, 8), (5, 7), (5, 11), (5, 10), (5, 5), (5, 4)]
    with plugged_in() as (port, raw):
        said(port, raw, *(command(*each) for each in asked), command(0), command(0, 65))
        said(port, raw, *(command(5, each) for each in (13, 15, 18, 0)))
        answers = answers_of(raw, command(105, 1))
    expected = [6, 9, 12, 8, 8, 11, 11, 5, 5]
    assert answers == [bytes((105, each)) for each in expected] + [b"\x64watchclock"] + [
        bytes((105, each)) for each in (14, 14, 14, 1)
    ]


def test_a_host_that_suspends_the_port_is_sent_nothing_until_it_resumes() -> None:
    with plugged_in() as (port, raw):
        said(port, raw, command(8))
        drained(raw)
        taken = port.write(b"an answer")
        said(port, raw, command(5, 7))
        suspended = drained(raw)
        said(port, raw, command(9))
        after = drained(raw, command(105, 9) + b"an answer")
    assert (taken, suspended) == (9, b"")
    assert after == command(105, 9) + b"an answer"


def drained(raw: socket.socket, wanted: bytes = b"") -> bytes:
    """What has come, or what comes until it is as long as what is wanted."""
    heard = bytearray()
    raw.settimeout(PATIENCE_S if wanted else 0.1)
    with suppress(TimeoutError):
        while not wanted or len(heard) < len(wanted):
            heard += raw.recv(4096)
    raw.settimeout(PATIENCE_S)
    return bytes(heard)


def test_a_host_that_suspends_the_wand_and_floods_it_does_not_keep_it_from_others(
    tmp_path: Path,
) -> None:
    with running_wand("fcard", "--rfc2217", "0", "--number", "7", errors=tmp_path / "log") as wand:
        with socket.create_connection(place_of(wand.address), PATIENCE_S) as raw:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.sendall(command(8))
            with suppress(OSError):
                for _ in range(5000):
                    raw.sendall(READ_NUMBER)
        assert eventually(lambda: answers(wand.address))


@given(st.lists(st.binary(max_size=40) | st.sampled_from([BEGIN, END, b"\xff"]), max_size=30))
def test_no_bytes_of_a_host_raise_anything_in_the_port(pieces: list[bytes]) -> None:
    with closing(Rfc2217Port("127.0.0.1", 0)) as port:
        with socket.create_connection(place_of(port.address), PATIENCE_S) as raw:
            raw.sendall(b"".join(pieces))
            raw.shutdown(socket.SHUT_WR)
            while port.read():
                pass
            written = port.write(b"\xff" * 10)
        assert written == 10
        assert 0 <= port.line.baud <= 12_000_000


def test_a_wand_that_is_unplugged_takes_its_rfc_2217_port_along_and_brings_it_back(
    tmp_path: Path,
) -> None:
    fault = "unplug:byte=3,for_ms=100"
    arguments = ("fcard", "--rfc2217", "0", "--number", "7", "--fault", fault)
    with running_wand(*arguments, errors=tmp_path / "log") as wand:
        with socket.create_connection(place_of(wand.address), PATIENCE_S) as raw:
            raw.settimeout(PATIENCE_S)
            raw.sendall(READ_NUMBER)
            assert ends(raw)
        assert eventually(lambda: answers(wand.address))


def answers(address: str) -> bool:
    try:
        with client(address) as port:
            port.write(READ_NUMBER)
            return port.read(len(NUMBER)) == NUMBER
    except SerialException:
        return False
