"""Wands behind Debian's ser2net, the serial server that people have."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.support.docks import download_from
from tests.support.ser2net import rfc2217_server
from tests.support.wands import running_wand
from watchclock_device.addresses import parse_address
from watchclock_device.errors import LineRefusedError, PortBusyError, PortUnusableError
from watchclock_device.registry import load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

pytestmark = [pytest.mark.pty, pytest.mark.ser2net]
LINE = LineSettings(baud=115200)


def open_at(address: str) -> None:
    open_link(load_drivers(), parse_address(address), LINE).close()


@pytest.mark.parametrize("dialect", ["fcard", "vs", "wm5000t"])
def test_a_wand_behind_ser2net_is_found_and_downloaded_whole(dialect: str, tmp_path: Path) -> None:
    with (
        running_wand(dialect, "--pty", "--records", "40") as wand,
        rfc2217_server(wand.path, tmp_path) as place,
    ):
        result = download_from(f"rfc2217:{place}?ign_set_control", tmp_path / "spool")
    assert (result.wand.key, result.is_acknowledged) == (wand.identity, True)
    assert sum(result.kinds.values()) == result.announced >= 40


def test_what_ser2net_cannot_do_or_will_not_is_told_apart(tmp_path: Path) -> None:
    with (
        running_wand("fcard", "--pty") as wand,
        rfc2217_server(wand.path, tmp_path) as place,
    ):
        with pytest.raises(LineRefusedError) as refused:
            open_at(f"rfc2217:{place}")
        lenient = parse_address(f"rfc2217:{place}?ign_set_control")
        with (
            closing(open_link(load_drivers(), lenient, LINE)),
            pytest.raises(PortBusyError) as busy,
        ):
            open_at(lenient.text)
    assert "ign_set_control" in refused.value.advice
    assert busy.value.details["address"] == lenient.text


def test_a_device_ser2net_cannot_open_is_told_in_its_words(tmp_path: Path) -> None:
    with (
        rfc2217_server(tmp_path / "none", tmp_path) as place,
        pytest.raises(PortUnusableError) as unusable,
    ):
        open_at(f"rfc2217:{place}?ign_set_control")
    assert "Device open failure" in str(unusable.value)
