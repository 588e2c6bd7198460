"""Wands behind Debian's ser2net, raw and by RFC 2217: every record, as over the wand's own pty."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.docks import decoded_in, natural_keys
from tests.support.ser2net import ser2net_before
from tests.support.wands import running_wand
from watchclock.command import main

pytestmark = [pytest.mark.pty, pytest.mark.ser2net]
SPEEDS = {"fcard": 115_200, "kaihe_eb": 9600, "vs": 115_200, "wm5000t": 19_200, "xgd": 9600}
RECORDS = 40


def wand_of(dialect: str) -> list[str]:
    return [dialect, "--pty", "--records", str(RECORDS), "--seed", "4"]


def download(
    address: str, dialect: str, spool: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    separator = "&" if "?" in address else "?"
    words = ["download", f"{address}{separator}dialect={dialect}", "--spool", str(spool), "--json"]
    assert main(words) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


@pytest.mark.parametrize("dialect", SPEEDS)
@pytest.mark.parametrize("way", ["raw", "rfc2217"])
def test_a_wand_behind_ser2net_gives_the_records_it_gives_directly(
    way: str, dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(*wand_of(dialect)) as wand:
        direct = download(wand.address, dialect, tmp_path / "direct", capsys)
    with (
        running_wand(*wand_of(dialect)) as wand,
        ser2net_before(wand.path, SPEEDS[dialect], tmp_path) as servers,
    ):
        told = download(getattr(servers, way), dialect, tmp_path / "through", capsys)
    # A vs wand has its own log among them.
    assert told["announced"] == told["received"] == direct["received"] >= RECORDS
    assert told["is_acknowledged"]
    assert natural_keys(tmp_path / "through") == natural_keys(tmp_path / "direct")
    assert [one.is_complete for one in decoded_in(tmp_path / "through")] == [True]


def test_the_speed_a_host_sets_by_rfc_2217_reaches_the_wand_through_ser2net(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        running_wand(*wand_of("fcard")) as wand,
        ser2net_before(wand.path, 9600, tmp_path) as servers,
    ):
        # The wand speaks 115200, which a client of bytes only cannot ask the server for.
        spool = str(tmp_path / "vain")
        assert main(["download", f"{servers.raw}?dialect=fcard", "--spool", spool]) != 0
        told = download(servers.rfc2217, "fcard", tmp_path / "spool", capsys)
    assert told["received"] == RECORDS
