"""Wands as processes of their own, met with plain pyserial, plain sockets and recorded frames."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from tests.support.wands import running_wand
from watchclock_sim.scenario_file import DEMO_NIGHT

GOLDEN = Path(__file__).parents[1] / "golden"
EXCHANGES = json.loads((GOLDEN / "fcard/host_recording.json").read_text("utf-8"))["exchanges"]
READ_NUMBER, NUMBER = (
    bytes.fromhex(text) for text in (EXCHANGES[0]["host"], EXCHANGES[0]["wand"][0])
)
READ_POINTERS = bytes.fromhex("7e0700000401000c7e")
HEADER = b"\x55" + bytes(19) + b"FFFFZJWZWS"
STATUS, COUNT = bytes.fromhex("15EA01E9"), bytes.fromhex("25DA01D9")
A_LONG_WAIT_S = 10.0


def open_port(path: Path, baud: int = 115_200) -> serial.Serial:
    return serial.Serial(str(path), baud, timeout=A_LONG_WAIT_S, exclusive=True)


def read_until_lost(port: serial.Serial) -> None:
    while True:
        assert NUMBER.startswith(port.read(len(NUMBER)))


def connect(address: str) -> socket.socket:
    host, port = address.removeprefix("tcp:").split(":")
    return socket.create_connection((host, int(port)), A_LONG_WAIT_S)


def receive(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := link.recv(count - len(data))):
        data += more
    return data


@pytest.mark.pty
def test_an_fcard_wand_answers_on_a_pty_and_leaves_no_link_behind(tmp_path: Path) -> None:
    link = tmp_path / "wand"
    with running_wand("fcard", "--pty", str(link), "--number", "7") as wand:
        assert (wand.address, wand.identity) == (f"serial:{link}", "fcard:7")
        with open_port(link) as port:
            port.write(READ_NUMBER)
            assert port.read(len(NUMBER)) == NUMBER
        with open_port(link) as port:
            port.write(READ_NUMBER)
            assert port.read(len(NUMBER)) == NUMBER
        assert wand.stop() == 0
    assert not link.is_symlink()


@pytest.mark.pty
def test_a_contact_wand_hands_out_its_night_on_a_paced_pty(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    night = ["--scenario", str(DEMO_NIGHT), "--truth", str(truth), "--baud", "19200"]
    with running_wand("wm5000t", "--pty", *night) as wand, open_port(wand.path, 19_200) as port:
        port.write(b"\x55")
        assert port.read(30) == HEADER
        port.write(b"\xe5")
        assert port.read(1) == b"\xe5"
        port.write(STATUS)
        assert port.read(8) == STATUS + bytes.fromhex("53193261")
        port.write(COUNT)
        touches = json.loads(truth.read_text("utf-8"))["touches"]
        assert port.read(7)[4:6] == len(touches).to_bytes(2, "little")
        port.write(b"\x00")
        time = "".join(touches[0]["wand_time"][2:].split("T")).replace("-", "").replace(":", "")
        rom = bytes.fromhex(touches[0]["tag"].removeprefix("ibutton:"))
        assert port.read(14)[1:13] == bytes.fromhex(f"{time}000000") + rom[3:0:-1]


def test_hosts_come_and_go_on_a_tcp_port() -> None:
    with running_wand("fcard", "--tcp", "0", "--number", "7", "--records", "5") as wand:
        for _ in range(2):
            with connect(wand.address) as link:
                link.sendall(READ_POINTERS)
                pointers = receive(link, 28)
                assert pointers[7:15] == (4000).to_bytes(4) + (5).to_bytes(4)
        assert wand.stop() == 0


def test_an_unplugged_tcp_wand_hangs_up_after_the_byte_named_and_comes_back() -> None:
    fault = f"unplug:byte={len(NUMBER) - 1},for_ms=50"
    with running_wand("fcard", "--tcp", "0", "--number", "7", "--fault", fault) as wand:
        with connect(wand.address) as link:
            link.sendall(READ_NUMBER)
            assert receive(link, 100) == NUMBER[:-1]
        answer = b""
        while answer != NUMBER:
            try:
                with connect(wand.address) as link:
                    link.sendall(READ_NUMBER)
                    answer = receive(link, len(NUMBER))
            except ConnectionError:
                continue
        assert wand.stop() == 0


@pytest.mark.pty
def test_an_unplugged_pty_goes_away() -> None:
    with running_wand("fcard", "--pty", "--number", "7", "--fault", "unplug:byte=3") as wand:
        with open_port(wand.path) as port:
            port.write(READ_NUMBER)
            with pytest.raises(OSError, match=r"no data|Input/output"):
                read_until_lost(port)
        assert not wand.path.exists()
        assert wand.process.poll() is None


@pytest.mark.pty
def test_a_link_to_nowhere_as_a_killed_wand_leaves_it_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "wand"
    link.symlink_to(tmp_path / "gone")
    with running_wand("fcard", "--pty", str(link)) as wand:
        assert wand.path.exists()


def refusal(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "watchclock_sim", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.stdout == ""
    return ended.returncode, ended.stderr


def test_a_file_in_the_way_of_the_link_is_not_touched(tmp_path: Path) -> None:
    taken = tmp_path / "notes.txt"
    taken.write_text("precious", "utf-8")
    code, told = refusal("fcard", "--pty", str(taken))
    assert code == 2
    assert "[sim.path_taken]" in told
    assert taken.read_text("utf-8") == "precious"


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, told = refusal("fcard", "--tcp", str(taken.getsockname()[1]))
    assert code == 2
    assert "[sim.port_taken]" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["fcard"],
        ["fcard", "--pty", "--tcp", "0"],
        ["fcard", "link", "--tcp", "0"],
        ["fcard", "--tcp", "99999"],
        ["fcard", "--tcp", "0", "--number", "0"],
        ["fcard", "--tcp", "0", "--records", "-1"],
        ["fcard", "--tcp", "0", "--truth", "truth.json"],
        ["fcard", "--tcp", "0", "--scenario", str(DEMO_NIGHT), "--wand", "contact"],
    ],
    ids=" ".join,
)
def test_options_that_cannot_be_are_refused(arguments: list[str]) -> None:
    code, told = refusal(*arguments)
    assert code == 2
    assert "[sim.option]" in told
