"""A Kaihe wand on a pty, downloaded and decoded by the command; its knocks stay on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.docks import decoded_in, download_from, natural_keys, running_child, wait_for
from tests.support.sim_wands import DOCKED_AT, setup_of
from tests.support.wands import running_wand
from watchclock.command import main
from watchclock_protocol.records import RecordKind
from watchclock_sim.generated import generated_touches
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.carriers.pty_port import PtyPort
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.wands.kaihe_eb import KAIHE_EB, KaiheWand

pytestmark = pytest.mark.pty


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize(("number", "octets"), [("0000A1B2C3", 5), ("2B", 2)])
def test_a_wand_of_either_variant_is_found_downloaded_and_decoded(
    number: str, octets: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("kaihe_eb", "--pty", "--records", "25", "--number", number) as wand:
        told = run(capsys, "download", wand.address, "--spool", str(tmp_path))
        again = run(capsys, "download", wand.address, "--spool", str(tmp_path))
    assert (told["wand"], told["announced"], told["received"]) == (f"kaihe_eb:{number}", 25, 25)
    assert (again["announced"], again["is_acknowledged"]) == (0, True)
    assert len(natural_keys(tmp_path)) == 25
    decoded = run(capsys, "decode", told["path"])
    tags = {record["tag"] for record in decoded["records"]}
    assert len(decoded["records"]) == 25
    assert {len(tag.removeprefix("em4100:")) for tag in tags} == {2 * octets}


def test_a_single_record_of_a_wand_that_counts_from_1_is_downloaded(tmp_path: Path) -> None:
    with running_wand("kaihe_eb", "--pty", "--records", "1", "--number", "2B") as wand:
        result = download_from(wand.address, tmp_path, dialect="kaihe_eb")
    assert result.kinds == {RecordKind.PATROL: 1}
    assert len(natural_keys(tmp_path)) == 1


@pytest.mark.parametrize("baud", ["115200", "460800"])
def test_a_wand_that_speaks_faster_than_usual_is_found_at_its_own_speed(
    baud: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("kaihe_eb", "--pty", "--records", "5", "--baud", baud) as wand:
        told = run(capsys, "download", wand.address, "--spool", str(tmp_path))
    assert (told["announced"], told["received"]) == (5, 5)


def serve_a_knocked_wand(link: Path) -> int:
    wand = KaiheWand(setup_of(KAIHE_EB.default_number), clear_s=0.2)
    for touch in generated_touches(5, 1, KAIHE_EB.technology(KAIHE_EB.default_number)):
        wand.touch(touch.tag, touch.utc, is_guard_tag=False)
    for _ in range(2):
        wand.knock(DOCKED_AT)
    port, clock = PtyPort(link), SystemClock()
    harbour = Harbour(clock)
    dock = Dock(wand, port, faults=LineFaults((), 0), baud=0, clock=clock)
    harbour.add(dock, port, "the knocked wand")
    run_harbour(harbour, lambda: None)
    return 0


def test_knocks_come_with_every_download_and_are_the_same_records(tmp_path: Path) -> None:
    link, spool = tmp_path / "wand", tmp_path / "spool"
    with running_child(lambda: serve_a_knocked_wand(link)):
        wait_for(link.exists)
        first = download_from(str(link), spool, dialect="kaihe_eb")
        second = download_from(str(link), spool, dialect="kaihe_eb")
    assert first.kinds == {RecordKind.PATROL: 5, RecordKind.KNOCK: 2}
    assert second.kinds == {RecordKind.KNOCK: 2}
    assert len(natural_keys(spool)) == 7
    assert [decoded.is_complete for decoded in decoded_in(spool)] == [True, True]


def test_a_profile_in_the_address_is_what_the_wand_is_asked_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("kaihe_eb", "--pty", "--records", "3", "--number", "2B") as wand:
        address = f"{wand.address}?dialect=kaihe_eb&profile=index_from_0"
        assert main(["download", address, "--spool", str(tmp_path)]) == 4
        refused = capsys.readouterr().err
        address = f"{wand.address}?dialect=kaihe_eb&profile=index_from_1"
        told = run(capsys, "download", address, "--spool", str(tmp_path))
    assert "announced 3 records" in refused
    assert (told["received"], told["is_acknowledged"]) == (3, True)
