"""A whole wand over RFC 2217, from the simulator's own port to the spool."""

import json
from pathlib import Path

import pytest

from tests.support.docks import decoded_in, natural_keys
from tests.support.wands import running_wand
from watchclock.command import main


@pytest.mark.pty
@pytest.mark.parametrize(("dialect", "records"), [("fcard", 60), ("wm5000t", 60), ("vs", 2000)])
def test_a_wand_on_rfc_2217_gives_the_records_it_gives_on_a_pty(
    dialect: str, records: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    received: dict[str, int] = {}
    for way in (("--pty",), ("--rfc2217", "0")):
        with running_wand(dialect, *way, "--records", str(records), "--seed", "4") as wand:
            words = [f"{wand.address}?dialect={dialect}", "--spool", str(tmp_path / way[0])]
            assert main(["download", *words, "--json"]) == 0
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        received[way[0]] = told["received"]
    assert received["--pty"] == received["--rfc2217"] >= records
    assert natural_keys(tmp_path / "--rfc2217") == natural_keys(tmp_path / "--pty")
    assert [one.is_complete for one in decoded_in(tmp_path / "--rfc2217")] == [True]
