"""Ptys and TCP ports of wands in their own processes: idle, flooded, besieged, re-opened."""

import contextlib
import itertools
import os
import selectors
import signal
import socket
import struct
import termios
import time
import tty
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest
import serial

from tests.support.eventually import eventually
from tests.support.golden_fcard import exchanges
from tests.support.wands import RunningWand, running_wand
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.line.carriers.listening import listening_place
from watchclock_sim.line.carriers.pty_port import PtyPort

READ_NUMBER, (NUMBER,) = exchanges()[0].host, exchanges()[0].wand
MEGABYTE = 1_000_000
PATIENCE_S = 20.0
A_WHILE_S = 1.0
LOCAL_FLAGS = 3
SPEEDS = slice(4, 6)


def place(wand: RunningWand) -> tuple[str, int]:
    host, _, port = wand.address.removeprefix("tcp:").rpartition(":")
    return host, int(port)


def number_over(link: socket.socket) -> bytes:
    link.settimeout(PATIENCE_S)
    link.sendall(READ_NUMBER)
    answer = b""
    while len(answer) < len(NUMBER) and (more := link.recv(100)):
        answer += more
    return answer


def switches(wand: RunningWand) -> int:
    """How often the wand's process has begun to run, whatever for."""
    counts = psutil.Process(wand.process.pid).num_ctx_switches()
    return int(counts.voluntary)


def memory_bytes(wand: RunningWand) -> int:
    return int(psutil.Process(wand.process.pid).memory_info().rss)


def at_rest(wand: RunningWand) -> int:
    """The switches while nobody asks anything of the wand, once it has come to rest."""
    time.sleep(0.3)
    before = switches(wand)
    time.sleep(A_WHILE_S)
    return switches(wand) - before


@pytest.mark.pty
@pytest.mark.parametrize("way", ["--pty", "--tcp=0"])
def test_an_idle_wand_does_not_run_at_all(way: str) -> None:
    with running_wand("fcard", way, "--number", "7") as wand:
        assert at_rest(wand) == 0


@pytest.mark.pty
def test_a_pty_whose_host_has_gone_and_come_back_stays_idle_between() -> None:
    with running_wand("fcard", "--pty", "--number", "7") as wand:
        for _ in range(2):
            with serial.Serial(str(wand.path), 115_200, timeout=PATIENCE_S) as port:
                port.write(READ_NUMBER)
                assert port.read(len(NUMBER)) == NUMBER
            assert at_rest(wand) == 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_connected_wand_that_is_told_to_stop_ends_with_0(stop: signal.Signals) -> None:
    with (
        running_wand("fcard", "--tcp", "0", "--number", "7") as wand,
        socket.create_connection(place(wand), PATIENCE_S) as link,
    ):
        assert number_over(link) == NUMBER
        os.kill(wand.process.pid, stop)
        assert wand.process.wait(PATIENCE_S) == 0
        assert link.recv(1) == b""


@contextlib.contextmanager
def besieged(where: tuple[str, int], hosts: int) -> Generator[list[socket.socket]]:
    """So many hosts that want to connect and do not wait for it."""
    links = [socket.socket() for _ in range(hosts)]
    try:
        for link in links:
            link.settimeout(0)
            link.connect_ex(where)
        yield links
    finally:
        for link in links:
            link.close()


def is_served(where: tuple[str, int]) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(where, PATIENCE_S) as link:
        return number_over(link) == NUMBER
    return False


def test_a_thousand_hosts_at_once_cost_nothing_and_the_first_keeps_its_wand(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with (
        running_wand("fcard", "--tcp", "0", "--number", "7", errors=log) as wand,
        socket.create_connection(place(wand), PATIENCE_S) as first,
    ):
        assert number_over(first) == NUMBER
        before = memory_bytes(wand)
        with besieged(place(wand), 1000):
            assert at_rest(wand) == 0
            assert number_over(first) == NUMBER
            assert memory_bytes(wand) - before < MEGABYTE
        first.close()
        assert eventually(lambda: is_served(place(wand)))
        assert wand.stop() == 0
    assert len(log.read_text("utf-8").splitlines()) < 5


def flood(link: socket.socket, data: bytes) -> int:
    """How many bytes the other side takes before it takes no more for a while."""
    link.settimeout(0)
    sent = 0
    with selectors.DefaultSelector() as selector:
        selector.register(link, selectors.EVENT_WRITE)
        while selector.select(A_WHILE_S):
            sent += link.send(data)
    return sent


@pytest.mark.parametrize("data", [READ_NUMBER * 500, bytes(4096)], ids=["requests", "noise"])
def test_a_host_that_floods_a_paced_wand_and_reads_nothing_is_slowed_down(data: bytes) -> None:
    with running_wand("fcard", "--tcp", "0", "--number", "7", "--baud", "1200") as wand:
        before = memory_bytes(wand)
        with socket.create_connection(place(wand), PATIENCE_S) as link:
            assert flood(link, data) < 50 * MEGABYTE
            assert memory_bytes(wand) - before < 4 * MEGABYTE


def test_a_host_that_never_reads_its_answers_is_not_heard_any_more_and_wakes_nobody() -> None:
    with running_wand("fcard", "--tcp", "0", "--number", "7") as wand:
        before = memory_bytes(wand)
        with socket.create_connection(place(wand), PATIENCE_S) as link:
            assert flood(link, READ_NUMBER * 500) < 50 * MEGABYTE
            assert memory_bytes(wand) - before < 4 * MEGABYTE
            assert at_rest(wand) == 0
        assert eventually(lambda: is_served(place(wand)))


def test_the_kernel_asks_a_silent_host_whether_it_is_still_there() -> None:
    with (
        running_wand("fcard", "--tcp", "0", "--number", "7") as wand,
        socket.create_connection(place(wand), PATIENCE_S) as link,
    ):
        assert number_over(link) == NUMBER
        ours = f"{link.getpeername()[1]:04X}", f"{link.getsockname()[1]:04X}"
        # proc(5), /proc/net/tcp: the third field from the addresses on, "tr", is 2 for keepalive.
        rows = [row.split() for row in Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]]
        timers = [row[5][:2] for row in rows if (row[1][-4:], row[2][-4:]) == ours]
    assert timers == ["02"]


def test_a_wand_that_others_can_reach_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_wand("fcard", "--tcp", "0.0.0.0:0", errors=log) as wand:
        assert wand.address.startswith("tcp:0.0.0.0:")
    with running_wand("fcard", "--tcp", "0", errors=tmp_path / "quiet"):
        pass
    assert "--tcp: 0.0.0.0 is not loopback" in log.read_text("utf-8")
    assert "loopback" not in (tmp_path / "quiet").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("7001", "127.0.0.1", 7001),
        (":0", "127.0.0.1", 0),
        ("localhost:65535", "localhost", 65535),
        ("[::1]:7001", "::1", 7001),
    ],
)
def test_a_place_is_a_port_with_or_without_its_interface(text: str, host: str, port: int) -> None:
    assert listening_place("--tcp", text) == (host, port)


@pytest.mark.parametrize("text", ["", ":", "host", "65536", "-1", "1:x", "１"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(SimulatorOptionError, match=r"is not \[HOST:\]PORT"):
        listening_place("--tcp", text)


def set_speed(terminal: int, speed: int) -> None:
    settings = termios.tcgetattr(terminal)
    settings[SPEEDS] = [speed, speed]
    termios.tcsetattr(terminal, termios.TCSANOW, settings)


@contextlib.contextmanager
def opened(port: PtyPort) -> Generator[int]:
    terminal = os.open(port.address.removeprefix("serial:"), os.O_RDWR | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


@pytest.mark.pty
def test_the_speed_a_host_sets_is_known_before_the_bytes_that_follow_it() -> None:
    with contextlib.closing(PtyPort()) as port, opened(port) as terminal:
        assert port.line.baud == 0
        for speed, baud in ((termios.B9600, 9600), (termios.B460800, 460_800)):
            set_speed(terminal, speed)
            os.write(terminal, b"\x00\x40")
            assert port.read() == b"\x00\x40"
            assert port.line.baud == baud


@pytest.mark.pty
@pytest.mark.parametrize("baud", [250_000, 74_880, 31_250])
def test_a_speed_without_a_constant_is_known_too(baud: int) -> None:
    with contextlib.closing(PtyPort()) as port:
        path = port.address.removeprefix("serial:")
        with serial.Serial(path, baud, stopbits=serial.STOPBITS_TWO):
            assert port.read() == b""
        assert (port.line.baud, port.line.stop_bits) == (baud, 2)


@pytest.mark.pty
def test_a_host_that_clears_every_flag_of_the_terminal_is_still_noticed() -> None:
    with contextlib.closing(PtyPort()) as port, opened(port) as terminal:
        tty.setraw(terminal)
        settings = termios.tcgetattr(terminal)
        settings[LOCAL_FLAGS] = 0
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
        assert port.read() == b""
        set_speed(terminal, termios.B19200)
        assert port.read() == b""
        assert port.line.baud == 19_200


@pytest.mark.pty
def test_every_byte_passes_a_pty_unchanged_both_ways() -> None:
    every = bytes(itertools.chain(range(256), range(256)))
    with contextlib.closing(PtyPort()) as port, opened(port) as terminal:
        os.write(terminal, every)
        assert port.read() == every
        assert port.write(every) == len(every)
        assert os.read(terminal, 1000) == every


def test_a_host_that_resets_its_connection_leaves_the_wand_to_the_next() -> None:
    with running_wand("fcard", "--tcp", "0", "--number", "7") as wand:
        link = socket.create_connection(place(wand), PATIENCE_S)
        link.sendall(READ_NUMBER * 100)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
        assert eventually(lambda: is_served(place(wand)))
        assert at_rest(wand) == 0


def test_a_link_that_was_lost_to_another_wand_is_left_to_it(tmp_path: Path) -> None:
    link = tmp_path / "wand"
    with contextlib.closing(PtyPort(link)) as lost:
        link.unlink()
        with contextlib.closing(PtyPort(link)) as other:
            lost.unplug()
            assert other.address == f"serial:{link}"
            assert link.exists()
    assert not link.is_symlink()
