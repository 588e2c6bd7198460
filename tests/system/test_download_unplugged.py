"""A cable pulled at any byte costs no record: not from the wand, not from the spool."""

from pathlib import Path

import pytest

from tests.support.docks import (
    captures_in,
    decoded_in,
    download_from,
    natural_keys,
    vainly_acknowledged,
    wait_for,
)
from tests.support.wands import running_wand
from watchclock_device.errors import LinkLostError
from watchclock_protocol.capture import Chunk, Lane, Step
from watchclock_protocol.errors import CodedError

pytestmark = pytest.mark.pty
PATIENT_S = 10.0


def unplugs(lengths: list[int]) -> list[str]:
    """Faults that let so many bytes through on each connection, one after the other."""
    faults: list[str] = []
    total = 0
    for length in lengths:
        total += length
        faults += ["--fault", f"unplug:byte={total},for_ms=1"]
    return faults


def download_until_it_succeeds(
    dialect: str, records: int, lengths: list[int], folder: Path
) -> list[CodedError]:
    """Downloads again after every unplugging; the errors met on the way."""
    link = folder / "wand"
    errors: list[CodedError] = []
    wand = (dialect, "--pty", str(link), "--records", str(records))
    with running_wand(*wand, *unplugs(lengths), errors=folder / "log"):
        while len(errors) < len(lengths):
            wait_for(link.exists)
            try:
                download_from(str(link), folder / "spool", dialect=dialect)
            except CodedError as error:
                errors.append(error)
            else:
                break
    return errors


def check_that_nothing_was_lost(records: int, errors: list[CodedError], folder: Path) -> None:
    announced = [
        capture.counters.announced
        for capture in decoded_in(folder / "spool")
        if capture.counters is not None
    ]
    assert {error.code for error in errors} <= {"device.link_lost", "device.port_not_found"}
    assert all("dock" in error.advice for error in errors)
    assert len(natural_keys(folder / "spool")) == records
    # Full on every docking until one capture is complete, then empty.
    assert set(announced) - {0} == {records}
    assert announced == sorted(announced, reverse=True)
    assert vainly_acknowledged(folder / "spool") == []


def test_an_fcard_wand_unplugged_after_any_byte_loses_nothing(tmp_path: Path) -> None:
    errors = download_until_it_succeeds("fcard", 8, list(range(1, 400)), tmp_path)
    assert 200 < len(errors) < 399
    check_that_nothing_was_lost(8, errors, tmp_path)


def test_a_wm5000t_unplugged_in_either_reading_loses_nothing(tmp_path: Path) -> None:
    errors = download_until_it_succeeds("wm5000t", 3, list(range(1, 500, 13)), tmp_path)
    assert 15 < len(errors) < 35
    check_that_nothing_was_lost(3, errors, tmp_path)


def read_bytes_of(folder: Path) -> int:
    """How many bytes the wand sent, in the only capture."""
    (capture,) = captures_in(folder)
    return sum(
        len(block.data)
        for block in capture.blocks
        if isinstance(block, Chunk) and block.lane is Lane.FROM_WAND
    )


def test_a_vs_wand_whose_cable_comes_out_is_read_on_where_it_was(tmp_path: Path) -> None:
    link = tmp_path / "wand"
    wand = ("vs", "--pty", str(link), "--records", "2000")
    with running_wand(*wand):
        whole = download_from(str(link), tmp_path / "whole", dialect="vs")
    faults = [part for byte in (20_000, 30_000) for part in ("--fault", unplug_at(byte))]
    with running_wand(*wand, *faults, errors=tmp_path / "log"):
        result = download_from(str(link), tmp_path / "spool", dialect="vs", wait_s=PATIENT_S)
    (capture,) = captures_in(tmp_path / "spool")
    facts = [step.facts for step in capture.blocks if isinstance(step, Step)]
    (decoded,) = decoded_in(tmp_path / "spool")
    assert [fact["reopened"] for fact in facts if "reopened" in fact] == [2]
    assert (result.announced, result.is_acknowledged) == (whole.announced, True)
    assert decoded.is_complete
    assert natural_keys(tmp_path / "spool") == natural_keys(tmp_path / "whole")
    # What was on its way each time is sent again, not what had come.
    assert read_bytes_of(tmp_path / "spool") < read_bytes_of(tmp_path / "whole") + 4 * 1053


def test_an_fcard_wand_whose_cable_comes_out_is_not_waited_for(tmp_path: Path) -> None:
    link = tmp_path / "wand"
    wand = ("fcard", "--pty", str(link), "--records", "100", "--fault", unplug_at(1000))
    with running_wand(*wand, errors=tmp_path / "log"), pytest.raises(LinkLostError):
        download_from(str(link), tmp_path / "spool", dialect="fcard", wait_s=PATIENT_S)
    assert vainly_acknowledged(tmp_path / "spool") == []


def unplug_at(byte: int) -> str:
    return f"unplug:byte={byte},for_ms=50"
