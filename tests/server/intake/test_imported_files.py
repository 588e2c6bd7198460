"""Makers' export files through the server's intake: records like any other, and no coverage."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support import by_hand_files as by_hand
from tests.support.nights import MORNING, due
from tests.support.server_app import RunningApp
from tests.support.spools import VIRTUAL_CLOCKS
from watchclock_device.file_formats import state
from watchclock_device.importing import import_file
from watchclock_device.spool import Spool
from watchclock_protocol.files import LONGEST_LINE_BYTES
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TagId
from watchclock_server.intake import service
from watchclock_server.reconciliation.domain import Result, Rule, WandCoverage, reconcile
from watchclock_server.sites import service as sites

WRITTEN = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", VIRTUAL_CLOCKS)


def captures_of(spool: Spool, data: bytes, wand: str | None = None) -> list[bytes]:
    """The captures of a file of that content."""
    path = spool.folder / "export.txt"
    path.write_bytes(data)
    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return [part.capture.read_bytes() for part in import_file(path, state(wand=wand), spool).parts]


def receipt(running: RunningApp, data: bytes) -> dict[str, Any]:
    headers = {"X-Capture-SHA256": hashlib.sha256(data).hexdigest()}
    answer = running.dock.post("/api/captures", content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def counts(answer: dict[str, Any]) -> tuple[int, int, int]:
    return answer["created"], answer["duplicate"], answer["conflict"]


def test_an_imported_file_is_a_download_that_was_never_acknowledged_and_announced_nothing(
    running: RunningApp, spool: Spool
) -> None:
    (data,) = captures_of(spool, by_hand.golden("jwm_z/every_kind.txt"))
    answer = receipt(running, data)
    assert answer["wand"] == "jwm_z:0802-1001"
    assert counts(answer) == (13, 0, 0)
    kinds = [record["kind"] for record in answer["records"]]
    assert (kinds.count(RecordKind.PATROL), kinds.count(RecordKind.SYSTEM)) == (1, 12)
    shown = running.script.get(f"/api/downloads/{answer['download']}").json()
    assert (shown["is_closed"], shown["is_complete"]) == (True, False)
    assert (shown["acknowledged_at"], shown["clock_shown"]) == (None, None)
    assert datetime.fromisoformat(shown["read_at"]) == WRITTEN
    assert running.script.get(f"/api/wands/{answer['wand_id']}").json()["anchors"] == []


def test_the_raw_line_and_its_tag_are_stored_as_they_stand(
    running: RunningApp, spool: Spool
) -> None:
    (data,) = captures_of(spool, by_hand.golden("jwm_z/sample_line.txt"))
    download = receipt(running, data)["download"]
    (record,) = running.script.get(f"/api/downloads/{download}").json()["records"]
    line = by_hand.golden("jwm_z/sample_line.txt").removesuffix(b"\r\n")
    assert record["raw"] == line.hex().upper()
    assert record["tag"] == "rfid:00AFCD11"
    assert record["wand_time"] == "2026-11-21T08:34:09"


def test_a_later_export_with_the_same_lines_brings_only_the_new_ones(
    running: RunningApp, spool: Spool
) -> None:
    lines = [by_hand.wm_web_usb(time=f"202611210834{second:02d}") for second in range(6)]
    (first,) = captures_of(spool, by_hand.text_of(*lines[:4]))
    (later,) = captures_of(spool, by_hand.text_of(*lines))
    assert counts(receipt(running, first)) == (4, 0, 0)
    assert counts(receipt(running, later)) == (2, 4, 0)
    again = receipt(running, later)
    assert (again["already_known"], counts(again)) == (True, (0, 6, 0))


def test_a_line_somebody_changed_between_two_exports_is_a_contradiction(
    running: RunningApp, spool: Spool
) -> None:
    lines = [by_hand.wm_web_usb(time=f"202611210834{second:02d}") for second in range(4)]
    (first,) = captures_of(spool, by_hand.text_of(*lines))
    lines[2] = lines[2].replace("AFCD11", "AFCD12")
    (changed,) = captures_of(spool, by_hand.text_of(*lines))
    assert counts(receipt(running, first)) == (4, 0, 0)
    assert counts(receipt(running, changed)) == (0, 3, 1)


def test_a_low_battery_in_a_file_opens_a_case_and_spoiled_lines_accuse_no_dock(
    running: RunningApp, spool: Spool
) -> None:
    low, bad = by_hand.jwm_z(3), by_hand.jwm_z(site="4.128E+15")
    (data,) = captures_of(spool, by_hand.text_of(by_hand.jwm_z(), low, bad))
    answer = receipt(running, data)
    (case_id,) = answer["cases_opened"]
    case = running.script.get(f"/api/cases/{case_id}").json()
    assert case["fault_class"] == "F-BATT"
    assert [item["sign"] for item in case["evidence"]] == ["BATV.logged"]
    shown = running.script.get(f"/api/downloads/{answer['download']}").json()
    assert shown["rejected_count"] == 1


def test_the_longest_line_a_file_can_have_is_stored(running: RunningApp, spool: Spool) -> None:
    content = hashlib.shake_256(b"seed").hexdigest(500)
    line = by_hand.jwm_z(content=content[: LONGEST_LINE_BYTES - len(by_hand.jwm_z())])
    (data,) = captures_of(spool, by_hand.text_of(line))
    answer = receipt(running, data)
    assert len(line) == LONGEST_LINE_BYTES
    assert counts(answer) == (1, 0, 0)


def test_impossible_years_are_evidence_against_the_clock(
    running: RunningApp, spool: Spool
) -> None:
    lines = [by_hand.wm_web_usb(time=f"{year}1121083400") for year in ("2080", "2090", "20C0")]
    (data,) = captures_of(spool, by_hand.text_of(*lines))
    (case_id,) = receipt(running, data)["cases_opened"]
    assert running.script.get(f"/api/cases/{case_id}").json()["fault_class"] == "F-XTAL"


def test_nobody_is_called_missed_by_an_imported_file(running: RunningApp, spool: Spool) -> None:
    with running.database.session() as session:
        site = sites.create_site(session, name="Yard", time_zone="Asia/Shanghai")
        gate = sites.add_checkpoint(session, site_id=site.id, name="Gate")
        sites.assign_tag(
            session,
            checkpoint_id=gate.id,
            tag=TagId.parse("rfid:0000AFCD11"),
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
    (data,) = captures_of(spool, by_hand.text_of(by_hand.wm_web_usb()))
    wand_id = receipt(running, data)["wand_id"]
    with running.database.session(writes=False) as session:
        (coverage,) = service.coverage(session, site.id)
    assert coverage.wand.id == wand_id
    assert coverage.complete_downloads == ()
    known = WandCoverage(wand_id=wand_id, downloaded_until=coverage.covered_until)
    (result,) = reconcile([due("23:00")], [], [known], MORNING).results
    assert (result.result, result.rule) == (Result.NOT_DOWNLOADED, Rule.WAND_NOT_DOWNLOADED)
