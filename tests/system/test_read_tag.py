"""``watchclock read-tag`` at a simulated desk reader in a process of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.wands import running_wand
from watchclock.command import main

pytestmark = pytest.mark.pty


def read(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and JSON lines."""
    code = main(["read-tag", *arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(("number", "kind"), [("1", "mifare_s50"), ("2", "id_125_khz")])
def test_tags_are_told_as_they_are_shown(
    capsys: pytest.CaptureFixture[str], number: str, kind: str
) -> None:
    with running_wand("fcard_reader", "--pty", "--records", "3", "--number", number) as reader:
        code, told = read(capsys, reader.address, "--count", "3")
    assert (code, len(told)) == (0, 3)
    for shown in told:
        assert shown["kind"] == kind
        assert shown["tag"] == f"{shown['technology']}:{shown['hex']}"
        assert shown["decimal"] == int(shown["hex"], 16)
        assert shown["as_stored"] == f"rfid:{shown['decimal'] & 0xFFFFFF:06X}"


def test_damaged_and_lost_frames_cost_no_tag(capsys: pytest.CaptureFixture[str]) -> None:
    faults = ("--fault", "flip_bit:byte=40", "--fault", "lose_frame:frame=6")
    with running_wand("fcard_reader", "--pty", "--records", "3", *faults) as reader:
        code, told = read(capsys, reader.address, "--count", "3")
    assert (code, len({shown["hex"] for shown in told})) == (0, 3)


def test_people_read_what_to_enter(capsys: pytest.CaptureFixture[str]) -> None:
    with running_wand("fcard_reader", "--pty", "--records", "1") as reader:
        code = main(["read-tag", reader.address, "--count", "1"])
    out = capsys.readouterr().out
    assert code == 0
    assert "iso14443a:" in out
    assert "a wand stores rfid:" in out


def test_a_wand_at_the_address_is_no_desk_reader(capsys: pytest.CaptureFixture[str]) -> None:
    with running_wand("wm5000t", "--pty") as wand:
        code, (error,) = read(capsys, wand.address, "--count", "1")
    assert (code, error["error"]) == (3, "device.no_desk_reader")
    assert wand.address in error["detail"]


def test_a_dialect_of_wands_is_refused_before_the_port_is_opened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, (error,) = read(capsys, f"{tmp_path}/none?dialect=fcard")
    assert (code, error["error"]) == (3, "device.desk_reader_unknown")
    assert "fcard_reader" in error["next_step"]


def test_a_reader_is_not_downloaded(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with running_wand("fcard_reader", "--pty", "--records", "1") as reader:
        code = main(["download", reader.address, "--spool", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["error"]) in {(4, "device.no_wand"), (4, "device.noise")}
