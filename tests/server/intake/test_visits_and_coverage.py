"""What reconciliation gets: visits with instants, how far wands are known, in few queries."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.support.wand_downloads import (
    FcardDownload,
    card_record,
    wm5000t_download,
    wm5000t_record,
)
from watchclock_protocol.capture import capture_name
from watchclock_protocol.values import TagId
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake import service
from watchclock_server.intake.domain import DoubtReason
from watchclock_server.intake.domain.receipts import Outcome
from watchclock_server.sites import service as sites
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import Comparison, TimeReason

EVENING = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CIVIL_EVENING = datetime.fromisoformat("2026-03-01T18:00")
CIVIL_MORNING = datetime.fromisoformat("2026-03-02T14:00")
ALWAYS = (EVENING - timedelta(days=400), EVENING + timedelta(days=400))
EMPTY = FcardDownload(started=EVENING, shown=CIVIL_EVENING, set_to=CIVIL_EVENING)
NIGHT = FcardDownload(
    started=MORNING,
    shown=CIVIL_MORNING,
    set_to=CIVIL_MORNING,
    cards={n: card_record(CIVIL_EVENING + timedelta(hours=n), n) for n in range(1, 9)},
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "captures")


@contextmanager
def site_with(
    database: Database, archive: Archive, *captures: bytes
) -> Generator[tuple[Session, int]]:
    """A transaction in which the wand of these captures has touched a tag of one site."""
    with database.session() as session:
        site = sites.create_site(session, name="Yard", time_zone="Asia/Shanghai")
        gate = sites.add_checkpoint(session, site_id=site.id, name="Gate")
        for tag in ("rfid:000001", "ibutton:000000000001"):
            start = EVENING - timedelta(days=400)
            sites.assign_tag(
                session, checkpoint_id=gate.id, tag=TagId.parse(tag), valid_from=start
            )
        for data in captures:
            service.receive_capture(
                session, archive=archive, data=data, claimed_sha256=capture_name(data), now=MORNING
            )
        yield session, site.id


def test_a_new_wand_belongs_to_the_site_whose_tags_it_touched(
    database: Database, archive: Archive
) -> None:
    with site_with(database, archive, NIGHT.capture()) as (session, site_id):
        found = service.coverage(session, site_id)
    assert [coverage.wand.key for coverage in found] == ["fcard:5"]


def test_visits_of_a_compared_clock_have_instants(database: Database, archive: Archive) -> None:
    captures = EMPTY.capture(), NIGHT.capture()
    with site_with(database, archive, *captures) as (session, site_id):
        visits = service.visits_between(session, site_id, *ALWAYS)
    assert [visit.tag for visit in visits] == [f"rfid:{n:06X}" for n in range(1, 9)]
    assert {visit.time.reason for visit in visits} == {TimeReason.BETWEEN_CHECKS}
    for hour, visit in enumerate(visits, start=1):
        assert visit.time.utc is not None
        error_s = abs((visit.time.utc - EVENING - timedelta(hours=hour)).total_seconds())
        assert error_s <= visit.time.error_s < 10


def test_only_visits_that_can_lie_in_the_interval_come(
    database: Database, archive: Archive
) -> None:
    captures = EMPTY.capture(), NIGHT.capture()
    begin, end = EVENING + timedelta(hours=2, minutes=30), EVENING + timedelta(hours=4)
    with site_with(database, archive, *captures) as (session, site_id):
        visits = service.visits_between(session, site_id, begin, end)
    assert [visit.tag for visit in visits] == ["rfid:000003", "rfid:000004"]


def test_a_stopped_clock_gives_bounds_and_a_doubt(database: Database, archive: Archive) -> None:
    stopped = replace(NIGHT, shown=CIVIL_EVENING + timedelta(hours=1))
    with site_with(database, archive, EMPTY.capture(), stopped.capture()) as (session, site_id):
        site = sites.find_site(session, site_id)
        material = service.patrol_material(session, site, *ALWAYS)
    assert {visit.time.utc for visit in material.visits} == {None}
    assert all(visit.time.earliest is not None for visit in material.visits)
    (coverage,) = material.coverage
    (doubt,) = coverage.doubts
    assert doubt.reason is DoubtReason.CLOCK
    assert doubt.end - EVENING > timedelta(hours=19)


def test_one_second_over_many_tags_of_an_unchecked_clock_proves_no_instant(
    database: Database, archive: Archive
) -> None:
    frozen = [wm5000t_record(CIVIL_EVENING, n) for n in range(1, 6)]
    walked = [wm5000t_record(CIVIL_EVENING + timedelta(hours=n), n) for n in range(1, 6)]
    first = wm5000t_download(walked, started=MORNING)
    second = wm5000t_download(frozen, started=MORNING + timedelta(days=1))
    with site_with(database, archive, first, second) as (session, site_id):
        visits = service.visits_between(session, site_id, *ALWAYS)
    reasons = [visit.time.reason for visit in visits]
    assert reasons == [TimeReason.NEVER_COMPARED] * 5 + [TimeReason.CLOCK_DOUBTED] * 5


def test_what_a_person_saw_on_a_wand_gives_its_first_records_their_instants(
    database: Database, archive: Archive
) -> None:
    walked = [wm5000t_record(CIVIL_EVENING + timedelta(hours=n), n) for n in range(1, 6)]
    seen = Comparison(civil=CIVIL_EVENING, utc=EVENING, uncertainty_s=60.0)
    first = wm5000t_download(walked, started=MORNING)
    with site_with(database, archive, first) as (session, site_id):
        before = service.visits_between(session, site_id, *ALWAYS)
        (wand,) = wands.list_wands(session)
        wands.state_comparison(
            session, wand_id=wand.id, comparison=seen, who="supervisor", now=MORNING
        )
        after = service.visits_between(session, site_id, *ALWAYS)
    assert {visit.time.reason for visit in before} == {TimeReason.NEVER_COMPARED}
    assert [visit.time.utc for visit in after] == [
        EVENING + timedelta(hours=n) for n in range(1, 6)
    ]
    assert all(60 < visit.time.error_s < 65 for visit in after)


@pytest.mark.parametrize("off_s", [0, 30, 31, 7200])
def test_a_wand_is_known_no_better_than_the_clock_of_its_dock(
    database: Database, archive: Archive, off_s: int
) -> None:
    data = NIGHT.capture()
    with site_with(database, archive) as (session, site_id):
        receipt = service.receive_capture(
            session,
            archive=archive,
            data=data,
            claimed_sha256=capture_name(data),
            now=MORNING,
            dock_error=timedelta(seconds=off_s),
        )
        wands.assign_wand_to_site(session, wand_id=receipt.wand.id, site_id=site_id)
        visits = service.visits_between(session, site_id, *ALWAYS)
    errors_s = [visit.time.error_s for visit in visits]
    assert len(errors_s) == 8
    assert all((error_s > 31) == (off_s > 30) for error_s in errors_s)


def test_coverage_ends_where_the_last_complete_download_began(
    database: Database, archive: Archive
) -> None:
    touches = [wm5000t_record(CIVIL_EVENING + timedelta(hours=n), n) for n in range(1, 6)]
    whole = wm5000t_download(touches, started=EVENING)
    part = wm5000t_download(touches, started=MORNING, delivered=2, wipes=False)
    with site_with(database, archive, whole, part) as (session, site_id):
        (coverage,) = service.coverage(session, site_id)
    assert coverage.complete_downloads == (EVENING,)
    assert coverage.covered_until == EVENING


def test_a_dock_whose_clock_is_ahead_covers_nothing_that_is_still_to_come(
    database: Database, archive: Archive
) -> None:
    ahead = replace(NIGHT, started=MORNING + timedelta(days=1)).capture()
    with site_with(database, archive, ahead) as (session, site_id):
        (known,) = service.coverage(session, site_id)
        assert known.covered_until == MORNING


def test_an_overwritten_memory_is_a_doubt_since_it_was_last_emptied(
    database: Database, archive: Archive
) -> None:
    lap = replace(NIGHT, is_wrapped=True, capacity=8)
    with site_with(database, archive, EMPTY.capture(), lap.capture()) as (session, site_id):
        (coverage,) = service.coverage(session, site_id)
    (doubt,) = coverage.doubts
    assert doubt.reason is DoubtReason.OVERWRITTEN
    assert doubt.begin is not None
    assert doubt.begin - EVENING < timedelta(seconds=1)


def test_the_material_of_a_night_takes_four_queries_however_much_there_is(
    database: Database, archive: Archive
) -> None:
    captures = [replace(NIGHT, number=n, started=MORNING).capture() for n in range(1, 7)]
    with site_with(database, archive, *captures) as (session, site_id):
        site = sites.find_site(session, site_id)
    statements: list[str] = []
    with database.session(writes=False) as session:
        connection = session.connection()
        event.listen(
            connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
        )
        material = service.patrol_material(session, site, *ALWAYS)
    assert len(material.visits) == 6 * 8
    assert len(statements) == 4


def test_records_are_stored_in_bulk(database: Database, archive: Archive) -> None:
    cards = {n: card_record(CIVIL_EVENING + timedelta(minutes=n), n) for n in range(1, 2_001)}
    data = replace(NIGHT, cards=cards).capture()
    statements: list[str] = []
    with database.session() as session:
        event.listen(
            session.connection(),
            "before_cursor_execute",
            lambda *arguments: statements.append(arguments[2]),
        )
        name = capture_name(data)
        receipt = service.receive_capture(
            session, archive=archive, data=data, claimed_sha256=name, now=MORNING
        )
    assert receipt.count(Outcome.CREATED) == 2_000
    assert len(statements) < 60
