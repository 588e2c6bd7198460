"""The command, a simulated wand in its own process and a spool: what a supervisor sees."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.docks import captures_in, decoded_in, natural_keys
from tests.support.wands import running_wand
from watchclock.command import main
from watchclock_protocol.capture import Step, StepName, StepState

pytestmark = pytest.mark.pty
JOURNAL = {
    "fcard": [name.value for name in StepName if name is not StepName.RECOVER],
    "kaihe_eb": [name.value for name in StepName if name is not StepName.RECOVER],
    "wm5000t": ["identify", "counters", "read", "verify", "store", "acknowledge", "close"],
    "xgd": [name.value for name in StepName if name is not StepName.RECOVER],
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["download", *arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("dialect", JOURNAL)
def test_a_download_takes_every_record_once_and_leaves_the_wand_empty(
    dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(dialect, "--pty", "--records", "30") as wand:
        first = run(capsys, wand.address, "--spool", str(tmp_path))
        again = run(capsys, wand.address, "--spool", str(tmp_path))
    assert (first["wand"], first["announced"], first["received"]) == (wand.identity, 30, 30)
    assert (first["is_acknowledged"], first["is_clock_set"]) == (True, True)
    assert again["announced"] == again["received"] == 0
    assert len(natural_keys(tmp_path)) == 30
    assert Path(first["path"]).stem == first["capture"]


def test_a_wand_behind_a_tcp_port_is_downloaded_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("fcard", "--tcp", "0", "--records", "30") as wand:
        told = run(capsys, wand.address, "--spool", str(tmp_path))
    assert main(["ports", "--also", wand.address, "--json"]) == 0
    ports = json.loads(capsys.readouterr().out)["ports"]
    assert wand.address in [port["address"] for port in ports]
    assert (told["address"], told["received"]) == (wand.address, 30)


def test_people_are_told_in_plain_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("fcard", "--pty", "--records", "4") as wand:
        assert main(["download", wand.address, "--spool", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    (path,) = (tmp_path / "closed").iterdir()
    assert str(path) in output.splitlines()[-1]
    assert wand.identity in output.splitlines()[0]
    assert "4 patrol, 0 system" in output


@pytest.mark.parametrize("dialect", JOURNAL)
def test_every_step_is_journaled_as_begun_and_done_in_order(
    dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(dialect, "--pty", "--records", "3") as wand:
        run(capsys, wand.address, "--spool", str(tmp_path), "--dialect", dialect)
    (capture,) = captures_in(tmp_path)
    steps = [block for block in capture.blocks if isinstance(block, Step)]
    framed = [step for step in steps if step.state is not StepState.NOT_OFFERED]
    assert [step.name.value for step in framed[::2]] == JOURNAL[dialect]
    assert [step.name.value for step in framed[1::2]] == JOURNAL[dialect]
    assert {step.state for step in framed[::2]} == {StepState.BEGUN}
    assert {step.state for step in framed[1::2]} == {StepState.DONE}
    assert {step.name.value for step in steps} == set(JOURNAL["fcard"])
    assert capture.is_closed


def test_kept_records_stay_on_the_wand_and_its_clock_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("fcard", "--pty", "--records", "9") as wand:
        kept = run(capsys, wand.address, "--spool", str(tmp_path), "--keep")
        later = run(capsys, wand.address, "--spool", str(tmp_path))
    assert (kept["received"], kept["is_acknowledged"], kept["is_clock_set"]) == (9, False, False)
    assert later["announced"] == 9
    first, second = decoded_in(tmp_path)
    assert first.clock_settings == ()
    assert len(second.clock_settings) == 1
    assert len(natural_keys(tmp_path)) == 9


@pytest.mark.parametrize("dialect", JOURNAL)
def test_the_clock_is_read_before_it_is_set_to_the_site_s_whole_second(
    dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = ("--time-zone", "Pacific/Kiritimati")
    with running_wand(dialect, "--pty", "--records", "2") as wand:
        told = run(capsys, wand.address, "--spool", str(tmp_path), "--dialect", dialect, *zone)
    (decoded,) = decoded_in(tmp_path)
    (setting,) = decoded.clock_settings
    for check in decoded.clock_checks:
        assert check.answered_utc_ns < setting.utc_ns
        # The simulated wand shows this machine's civil time, the site is 14 hours before UTC.
        assert abs(told["clock_offset_s"]) > 3600
    instant = datetime.fromtimestamp(setting.utc_ns / 1e9, UTC).replace(tzinfo=None)
    assert abs((setting.civil - instant).total_seconds() - 14 * 3600) < 2
