"""The rfc2217 driver against pyserial's own server code, and every way a server can fail it."""

import threading
import time
from contextlib import closing

import pytest

from tests.support.serial_server import CONTROL, SPEED, SerialServer, serial_server
from watchclock_device.addresses import parse_address
from watchclock_device.drivers.rfc2217_port import Rfc2217Driver
from watchclock_device.errors import (
    AddressError,
    DeviceError,
    LineRefusedError,
    LinkLostError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    PortUnusableError,
)
from watchclock_device.links import Link, SwitchedPortDriver
from watchclock_device.registry import load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

LINE = LineSettings(baud=19200, dtr=False, rts=True)
PATIENT_S = 5.0
NO_ANSWER_S = 3.0
"""How long pyserial waits for a server's answer."""


def open_at(address: str) -> Link:
    return open_link(load_drivers(), parse_address(address), LINE)


def write_for_ever(link: Link) -> None:
    while True:
        link.write(bytes(1000))


def failure_of(server: SerialServer, switches: str = "") -> DeviceError:
    before = threading.active_count()
    with pytest.raises(DeviceError) as failed:
        open_at(server.address + switches)
    assert threading.active_count() == before
    return failed.value


def test_speed_and_line_levels_reach_the_far_port() -> None:
    with serial_server() as server:
        with closing(open_at(server.address)) as link:
            link.write(b"\x01")
            server.port.receive(1)
        port = server.port
        assert (port.baudrate, port.bytesize, port.parity, port.stopbits) == (19200, 8, "N", 1)
        assert (port.dtr, port.rts, port.rtscts, port.xonxoff) == (False, True, False, False)


def test_a_server_that_does_not_confirm_line_levels_is_told_how_to_be_used() -> None:
    with serial_server() as server:
        server.mute = (CONTROL,)
        refused = failure_of(server)
        assert isinstance(refused, LineRefusedError)
        assert (refused.details["reason"], "?ign_set_control" in refused.advice) == (
            "it does not confirm control",
            True,
        )
        with closing(open_at(f"{server.address}?ign_set_control")) as link:
            server.port.send(b"\xff\x00")
            assert link.read(PATIENT_S) + link.read(0.05) == b"\xff\x00"
        assert (server.port.dtr, server.port.rts) == (False, True)


def test_a_server_that_does_not_confirm_the_speed_is_refused() -> None:
    with serial_server() as server:
        server.mute = (SPEED,)
        refused = failure_of(server)
    assert isinstance(refused, LineRefusedError)
    assert refused.details["reason"] == "it does not confirm speed and format"


def test_a_server_that_sets_another_speed_is_refused() -> None:
    with serial_server() as server:
        server.port.fixed_baud = 9600
        refused = failure_of(server)
    assert isinstance(refused, LineRefusedError)
    assert "baudrate" in str(refused)


def test_a_server_whose_port_another_client_has_is_busy_and_nothing_falls_to_the_user(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serial_server() as server:
        server.hangs_up = True
        refused = failure_of(server)
    assert type(refused) is PortBusyError
    assert refused.details["address"] == server.address
    assert capfd.readouterr().err == ""


def test_a_server_that_cannot_open_its_port_is_quoted() -> None:
    with serial_server() as server:
        server.hangs_up, server.last_words = True, b"\xff\xfd\x2cDevice open failure\x07\r\n"
        refused = failure_of(server)
    assert type(refused) is PortUnusableError
    assert "says “Device open failure”." in str(refused)


def test_a_server_that_hangs_up_without_a_word_is_busy() -> None:
    with serial_server() as server:
        server.hangs_up, server.last_words = True, b""
        refused = failure_of(server)
    assert type(refused) is PortBusyError


def test_a_plain_tcp_port_is_no_rfc_2217_port() -> None:
    with serial_server() as server:
        server.speaks = False
        begin = time.monotonic()
        refused = failure_of(server)
        waited_s = time.monotonic() - begin
    assert type(refused) is PortUnusableError
    assert "RFC 2217" in str(refused)
    assert waited_s >= NO_ANSWER_S


def test_a_server_that_ends_in_a_negotiation_leaves_no_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serial_server() as server:
        server.ends_after = 3
        refused = failure_of(server)
    assert isinstance(refused, PortBusyError)
    assert capfd.readouterr().err == ""


def test_a_port_nobody_listens_on_is_not_found() -> None:
    with pytest.raises(PortNotFoundError) as missing:
        open_at("rfc2217:127.0.0.1:1?ign_set_control")
    assert missing.value.details["address"] == "rfc2217:127.0.0.1:1?ign_set_control"


def test_a_network_that_is_forbidden_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("socket.create_connection", refuse)
    with pytest.raises(PortForbiddenError) as refused:
        open_at("rfc2217:127.0.0.1:7001")
    assert refused.value.code == "device.port_forbidden"


@pytest.mark.parametrize(
    "target", ["7001", ":7001", "dock:", "dock:seven", "dock:0", "dock:65536"]
)
def test_what_names_no_port_is_refused(target: str) -> None:
    with pytest.raises(AddressError) as refused:
        Rfc2217Driver().open(target, LINE)
    assert "rfc2217:HOST:PORT" in str(refused.value)


def test_what_came_before_the_server_ended_is_still_read() -> None:
    with serial_server() as server, closing(open_at(server.address)) as link:
        server.port.send(b"last words")
        time.sleep(0.1)
        server.unplug()
        time.sleep(0.1)
        assert link.read(PATIENT_S) == b"last words"
        with pytest.raises(LinkLostError):
            link.read(PATIENT_S)


def test_a_write_to_a_server_that_ended_is_a_lost_link() -> None:
    with serial_server() as server, closing(open_at(server.address)) as link:
        server.unplug()
        with pytest.raises(LinkLostError) as lost:
            write_for_ever(link)
    assert lost.value.details["address"] == server.address


def test_a_server_that_says_nothing_of_modem_lines_is_no_obstacle() -> None:
    with serial_server() as server:
        server.mute = (b"\xff\xfa\x2c\x6b",)
        with closing(open_at(server.address)) as link:
            server.port.send(b"\x01")
            assert link.read(PATIENT_S) == b"\x01"


def test_the_only_switch_is_told_and_another_is_refused() -> None:
    driver: object = load_drivers()["rfc2217"]
    assert isinstance(driver, SwitchedPortDriver)
    assert driver.switches == {"ign_set_control"}
    for address in ("rfc2217:127.0.0.1:1?fast", "tcp:127.0.0.1:1?ign_set_control"):
        with pytest.raises(AddressError) as refused:
            open_at(address)
        assert address.partition("?")[2] in str(refused.value)


def test_a_network_is_not_searched() -> None:
    assert Rfc2217Driver().find() == ()
