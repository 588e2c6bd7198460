"""An archive decoded again: what differs is told, put right when asked, and nothing else moves."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, func, insert, select, update

from tests.support.wand_downloads import (
    FcardDownload,
    card_record,
    system_record,
    wm5000t_download,
    wm5000t_record,
)
from watchclock_server.archive import Archive
from watchclock_server.database import Base, Database
from watchclock_server.intake.domain.redecoding import CaptureChange
from watchclock_server.intake.repository import DownloadRow, RecordRow, SightingRow
from watchclock_server.intake.service import (
    CaptureReport,
    CaptureState,
    RedecodeJob,
    receive_capture,
    redecode_archive,
)
from watchclock_server.pieces import InThisProcess
from watchclock_server.wands.repository import AnchorRow, WandRow

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NIGHT = datetime.fromisoformat("2026-03-01T22:00")
CARDS = {slot: card_record(NIGHT + timedelta(minutes=slot), slot) for slot in range(1, 8)}
LOG = {slot: system_record(NIGHT + timedelta(hours=slot), slot) for slot in range(1, 4)}
FCARD = FcardDownload(started=MORNING, cards=CARDS, log=LOG, shown=NIGHT).capture()
TOUCHES = [wm5000t_record(NIGHT + timedelta(minutes=n), 0x1000 + n) for n in range(5)]
WM5000T = wm5000t_download(TOUCHES, started=MORNING)

TABLES = ("wands", "clock_anchors", "downloads", "records", "sightings")


class Stored:
    """A database and an archive that have taken captures in."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database = database
        self.url = url
        self.archive = Archive(folder)
        self.folder = folder

    def receive(self, *captures: bytes) -> None:
        for data in captures:
            with self.database.session() as session:
                receive_capture(
                    session,
                    archive=self.archive,
                    data=data,
                    claimed_sha256=hashlib.sha256(data).hexdigest(),
                    now=MORNING,
                )

    def redecode(self, *, applies: bool = False) -> list[CaptureReport]:
        job = RedecodeJob(
            database_url=self.url,
            applies=applies,
            captures_folder=self.folder,
            now=MORNING,
        )
        total, reports = redecode_archive(self.folder, job, InThisProcess())
        told = list(reports)
        assert len(told) == total
        return told

    def do(self, *statements: Executable) -> None:
        with self.database.session() as session:
            for statement in statements:
                session.execute(statement)

    def everything(self) -> Sequence[Sequence[Any]]:
        """All rows of ``TABLES``, in their order, each table by its key."""
        with self.database.session(writes=False) as session:
            return [
                session.execute(table.select().order_by(*table.primary_key)).all()
                for table in map(Base.metadata.tables.__getitem__, TABLES)
            ]

    def records(self) -> dict[tuple[int, bytes], int]:
        with self.database.session(writes=False) as session:
            rows = session.execute(select(RecordRow.slot, RecordRow.raw, RecordRow.id))
            return {(slot, raw): key for slot, raw, key in rows}


@pytest.fixture
def stored(database: Database, database_url: str, tmp_path: Path) -> Stored:
    return Stored(database, database_url, tmp_path / "captures")


def states(reports: Sequence[CaptureReport]) -> list[CaptureState]:
    return [report.state for report in reports]


def change_of(report: CaptureReport) -> CaptureChange:
    assert report.change is not None
    return report.change


def spoil(stored: Stored) -> None:
    """As an older decoder could have left it: a tag wrong, a record missed, one invented."""
    with stored.database.session() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.raw == CARDS[3])).one()
        missed = session.scalars(select(RecordRow).where(RecordRow.raw == CARDS[5])).one()
        last = session.scalar(select(func.max(SightingRow.position))) or 0
        values = {column.name: getattr(row, column.name) for column in RecordRow.__table__.columns}
        values |= {"id": 999, "raw": b"invented", "slot": 77, "position": last + 1}
        session.execute(delete(SightingRow).where(SightingRow.record_id == missed.id))
        session.execute(delete(RecordRow).where(RecordRow.id == missed.id))
        session.execute(insert(RecordRow).values(**values))
        session.execute(
            insert(SightingRow).values(download_id=1, position=last + 1, record_id=999)
        )
        session.execute(
            update(RecordRow)
            .where(RecordRow.raw.in_([CARDS[3], CARDS[4]]))
            .values(tag="rfid:BADBAD", wand_civil=None)
        )


def test_what_is_stored_as_it_decodes_is_the_same(stored: Stored) -> None:
    stored.receive(FCARD, WM5000T)
    before = stored.everything()
    reports = stored.redecode()
    assert states(reports) == [CaptureState.SAME, CaptureState.SAME]
    assert {report.dialect for report in reports} == {"fcard", "wm5000t"}
    assert states(stored.redecode(applies=True)) == [CaptureState.SAME, CaptureState.SAME]
    assert stored.everything() == before


def test_what_differs_is_told_and_nothing_changed(stored: Stored) -> None:
    stored.receive(FCARD)
    spoil(stored)
    before = stored.everything()
    (report,) = stored.redecode()
    change = change_of(report).records
    assert report.state is CaptureState.CHANGED
    assert (change.added, change.gone) == (1, 1)
    assert change.fields == {"wand_civil": 2, "tag": 2}
    told = {(example.what, example.raw) for example in change.examples}
    assert {("tag", CARDS[3].hex()), ("added", CARDS[5].hex())} <= told
    assert stored.everything() == before


def test_applying_puts_right_what_differs_and_keeps_every_other_key(stored: Stored) -> None:
    stored.receive(FCARD)
    keys, right = stored.records(), stored.everything()
    spoil(stored)
    assert states(stored.redecode(applies=True)) == [CaptureState.APPLIED]
    assert states(stored.redecode()) == [CaptureState.SAME]
    now = stored.records()
    assert now.keys() == keys.keys()
    assert {key for key in keys if keys[key] != now[key]} == {(5, CARDS[5])}
    assert [row[1:] for row in stored.everything()[3] if row.raw != CARDS[5]] == [
        row[1:] for row in right[3] if row.raw != CARDS[5]
    ]
    assert [row[:2] for row in stored.everything()[4]] == [row[:2] for row in right[4]]


def test_what_a_download_says_of_itself_is_compared_and_put_right(stored: Stored) -> None:
    stored.receive(FCARD)
    right = stored.everything()
    wrong = NIGHT - timedelta(days=9)
    stored.do(
        update(DownloadRow).values(is_complete=False, skipped_bytes=9, rejected_count=3),
        update(AnchorRow).values(wand_civil=wrong, uncertainty_s=AnchorRow.uncertainty_s + 40),
    )
    (report,) = stored.redecode()
    facts = {fact.field: (fact.stored, fact.now) for fact in change_of(report).facts}
    assert facts.keys() == {"is_complete", "skipped_bytes", "rejected_count", "clock"}
    assert facts["is_complete"] == ("False", "True")
    assert states(stored.redecode(applies=True)) == [CaptureState.APPLIED]
    assert states(stored.redecode()) == [CaptureState.SAME]
    assert stored.everything()[2:] == right[2:]
    (anchor,) = stored.everything()[1]
    assert anchor.wand_civil == right[1][0].wand_civil
    assert anchor.uncertainty_s == pytest.approx(right[1][0].uncertainty_s + 40)


def test_a_record_that_another_download_holds_too_stays_with_that_one(stored: Stored) -> None:
    torn = wm5000t_download(TOUCHES, started=MORNING, delivered=4, wipes=False)
    full = wm5000t_download(TOUCHES, started=MORNING + timedelta(minutes=5), wipes=False)
    stored.receive(torn, full)
    keys = stored.records()
    with stored.database.session() as session:
        key = session.scalar(select(RecordRow.id).where(RecordRow.raw == TOUCHES[0]))
        # The first download is said to hold a record that only the second one holds.
        last = session.scalar(select(RecordRow.id).where(RecordRow.raw == TOUCHES[4]))
        session.execute(
            update(RecordRow).where(RecordRow.id == last).values(download_id=1, position=4)
        )
        session.execute(insert(SightingRow).values(download_id=1, position=4, record_id=last))
    assert key is not None
    assert sorted(states(stored.redecode(applies=True))) == ["applied", "same"]
    assert stored.records() == keys
    with stored.database.session(writes=False) as session:
        first = session.execute(
            select(RecordRow.download_id, RecordRow.position).where(RecordRow.id == last)
        ).one()
    assert tuple(first) == (2, 4)


def test_a_capture_that_is_not_stored_is_told_and_taken_in(stored: Stored) -> None:
    stored.archive.put(FCARD)
    stored.receive(WM5000T)
    assert sorted(states(stored.redecode())) == ["not_stored", "same"]
    assert len(stored.records()) == 5
    assert sorted(states(stored.redecode(applies=True))) == ["same", "taken_in"]
    assert len(stored.records()) == 15
    assert states(stored.redecode()) == [CaptureState.SAME, CaptureState.SAME]


def test_records_are_never_moved_to_another_wand_by_themselves(stored: Stored) -> None:
    stored.receive(FCARD)
    stored.do(update(WandRow).values(key="fcard:6", number="6"))
    before = stored.everything()
    (report,) = stored.redecode(applies=True)
    (refused,) = report.troubles
    assert refused.code == "intake.redecode_refused"
    assert stored.everything() == before


def test_records_are_never_moved_to_another_memory_by_themselves(stored: Stored) -> None:
    later = wm5000t_download(TOUCHES, started=MORNING + timedelta(days=1))
    stored.receive(WM5000T, later)
    stored.do(update(DownloadRow).where(DownloadRow.id == 1).values(acknowledged_at=None))
    before = stored.everything()
    reports = stored.redecode(applies=True)
    codes = [trouble.code for report in reports for trouble in report.troubles]
    assert codes == ["intake.redecode_refused"]
    assert stored.everything() == before


def test_a_changed_name_and_damage_are_told_with_the_file(stored: Stored) -> None:
    stored.receive(FCARD)
    other = stored.folder / f"{'0' * 64}.pcapng"
    other.write_bytes(WM5000T)
    damaged = bytearray(WM5000T)
    damaged[-600] ^= 1
    (stored.folder / "damaged.pcapng").write_bytes(damaged)
    told = {report.path.name[:7]: report for report in stored.redecode()}
    (name,) = told["0000000"].troubles
    (damage,) = told["damaged"].troubles
    assert (name.code, damage.code) == ("capture.archived_name", "capture.damaged")
    assert told["damaged"].state is CaptureState.DAMAGED
    assert told["damaged"].records > 0
    assert told["damaged"].change is None
