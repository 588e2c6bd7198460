"""A vs wand of either model in its own process, downloaded, decoded and faulted like any other."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.docks import captures_in, decoded_in, download_from, vainly_acknowledged
from tests.support.wands import running_wand
from watchclock.command import main
from watchclock_protocol.capture import Step, StepName, StepState
from watchclock_protocol.records import KnockRecord, PatrolRecord
from watchclock_protocol.values import TagTechnology

pytestmark = pytest.mark.pty
CONTACT = "5B00000000001234"
RADIO = "5F0000000000ABCD"
FAULTS = [
    "lose_frame:frame=6",
    "lose_frame:frame=5,frames=4",
    "cut_frame:frame=7,keep=600",
    "flip_bit:byte=5000,bit=3",
    "noise:frame=6,count=40",
    "lose_record:record=60",
    "slow:frame=6,frames=2,delay_ms=300",
]


@pytest.mark.parametrize(
    ("number", "technology"), [(CONTACT, TagTechnology.IBUTTON), (RADIO, TagTechnology.EM4100)]
)
def test_a_download_takes_every_record_and_leaves_only_what_was_made_by_it(
    number: str, technology: TagTechnology, tmp_path: Path
) -> None:
    with running_wand("vs", "--pty", "--records", "300", "--number", number) as wand:
        first = download_from(wand.address, tmp_path)
        again = download_from(wand.address, tmp_path)
    assert first.wand.key == wand.identity == f"vs:{number}"
    before, after = decoded_in(tmp_path)
    patrols = [it.record for it in before.records if isinstance(it.record, PatrolRecord)]
    assert len(patrols) == 300
    assert {record.tag.technology for record in patrols} == {technology}
    assert before.is_complete
    assert len(before.records) == first.announced
    assert (again.announced, [keyed.record.slot for keyed in after.records]) == (
        2,
        [first.announced + 1, first.announced + 2],
    )


def test_a_radio_wand_is_decoded_with_its_knocks_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("vs", "--pty", "--records", "60", "--number", RADIO) as wand:
        assert main(["download", wand.address, "--spool", str(tmp_path), "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert main(["decode", told["path"]]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("patrol") for line in lines) == 60
    assert sum(line.startswith("knock") for line in lines) == 2
    (decoded,) = decoded_in(tmp_path)
    assert sum(isinstance(keyed.record, KnockRecord) for keyed in decoded.records) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_line_or_the_memory_costs_no_record(fault: str, tmp_path: Path) -> None:
    with running_wand("vs", "--pty", "--records", "200", "--fault", fault) as wand:
        result = download_from(wand.address, tmp_path, dialect="vs")
    (decoded,) = decoded_in(tmp_path)
    assert decoded.is_complete
    assert len(decoded.records) == result.announced
    assert result.is_acknowledged
    assert vainly_acknowledged(tmp_path) == []


def test_every_step_is_taken_and_journaled(tmp_path: Path) -> None:
    with running_wand("vs", "--tcp", "0", "--records", "3") as wand:
        download_from(wand.address, tmp_path)
    (capture,) = captures_in(tmp_path)
    done = [
        block.name
        for block in capture.blocks
        if isinstance(block, Step) and block.state is StepState.DONE
    ]
    assert done == [name for name in StepName if name is not StepName.RECOVER]
