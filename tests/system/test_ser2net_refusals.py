"""What Debian's ser2net cannot do, or will not, is told apart, each with its own next step."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.support.ser2net import ser2net_before
from tests.support.wands import running_wand
from watchclock_device.addresses import parse_address
from watchclock_device.errors import LineRefusedError, PortBusyError, PortUnusableError
from watchclock_device.links import Link
from watchclock_device.registry import load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

pytestmark = [pytest.mark.pty, pytest.mark.ser2net]
BAUD = 115_200


def open_at(address: str) -> Link:
    return open_link(load_drivers(), parse_address(address), LineSettings(baud=BAUD))


def test_a_port_without_line_levels_is_refused_with_the_switch_that_helps(tmp_path: Path) -> None:
    with (
        running_wand("fcard", "--pty") as wand,
        ser2net_before(wand.path, BAUD, tmp_path) as servers,
        pytest.raises(LineRefusedError) as refused,
    ):
        open_at(servers.rfc2217.removesuffix("?ign_set_control"))
    assert "add ?ign_set_control" in refused.value.advice


def test_a_port_another_client_has_is_busy_until_it_is_closed(tmp_path: Path) -> None:
    with (
        running_wand("fcard", "--pty") as wand,
        ser2net_before(wand.path, BAUD, tmp_path) as servers,
    ):
        with closing(open_at(servers.rfc2217)), pytest.raises(PortBusyError) as busy:
            open_at(servers.rfc2217)
        open_at(servers.rfc2217).close()
    assert busy.value.details["address"] == servers.rfc2217


def test_a_device_the_server_cannot_open_is_told_in_its_words(tmp_path: Path) -> None:
    with (
        ser2net_before(tmp_path / "none", BAUD, tmp_path) as servers,
        pytest.raises(PortUnusableError) as unusable,
    ):
        open_at(servers.rfc2217)
    assert "Device open failure" in str(unusable.value)
