"""A wand whose clock falls back writes equal bytes night after night: each touch stays one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import event, select

from tests.support.server_app import copied_sqlite
from tests.support.wand_downloads import wm5000t_download, wm5000t_record
from watchclock_protocol.capture import capture_name
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake.domain.memories import Parting, Sighting, part
from watchclock_server.intake.domain.receipts import Receipt
from watchclock_server.intake.repository import RecordRow, SightingRow
from watchclock_server.intake.service import downloads_of, receive_capture

EVENING = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
AFTER_POWER_LOSS = datetime.fromisoformat("2000-01-01T00:00")
NIGHT = [wm5000t_record(AFTER_POWER_LOSS + timedelta(minutes=n), 0x1000 + n) for n in range(3)]
OTHER = wm5000t_record(AFTER_POWER_LOSS + timedelta(minutes=1), 0x2000)


class Server:
    """Takes captures in, one after the other."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.archive = Archive(folder / "captures")

    def receive(self, *captures: bytes) -> Sequence[Receipt]:
        receipts: list[Receipt] = []
        for data in captures:
            with self.database.session() as session:
                receipts.append(
                    receive_capture(
                        session,
                        archive=self.archive,
                        data=data,
                        claimed_sha256=capture_name(data),
                        now=EVENING + timedelta(days=30),
                    )
                )
        return receipts

    def stored(self) -> Counter[bytes]:
        with self.database.session(writes=False) as session:
            return Counter(session.scalars(select(RecordRow.raw)))

    def first_seen(self) -> Counter[int]:
        """How many records were first seen by the first, second, … download in time."""
        with self.database.session(writes=False) as session:
            order = {item.id: place for place, item in enumerate(downloads_of(session, 1))}
            return Counter(order[key] for key in session.scalars(select(RecordRow.download_id)))

    def are_places_right(self) -> bool:
        """Whether every record stands where its first download saw it."""
        with self.database.session(writes=False) as session:
            told = select(RecordRow.id, RecordRow.download_id, RecordRow.position)
            seen = select(SightingRow.record_id, SightingRow.download_id, SightingRow.position)
            return set(session.execute(told)) <= set(session.execute(seen))


@pytest.fixture
def server(database: Database, tmp_path: Path) -> Server:
    return Server(database, tmp_path)


def docked(
    records: Sequence[bytes], day: int, *, wipes: bool = True, later: timedelta = timedelta()
) -> bytes:
    return wm5000t_download(records, started=EVENING + timedelta(days=day) + later, wipes=wipes)


def times(count: int, records: Iterable[bytes] = NIGHT) -> Counter[bytes]:
    return Counter(dict.fromkeys(records, count))


def test_equal_nights_are_all_kept_in_whatever_order_they_arrive(server: Server) -> None:
    nights = [docked(NIGHT, day) for day in (0, 1, 2)]
    server.receive(nights[2], nights[0], nights[1], *nights)
    assert server.stored() == times(3)
    assert server.first_seen() == {0: 3, 1: 3, 2: 3}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_wipe_that_becomes_known_late_takes_apart_what_was_one(
    sqlite_template: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    nights = [
        docked(NIGHT, 0, wipes=False),
        docked(NIGHT, 1),
        docked(NIGHT[:2], 2, wipes=False),
        docked(NIGHT, 3),
    ]
    database = Database(copied_sqlite(sqlite_template, tmp_path))
    server = Server(database, tmp_path)
    server.receive(*[nights[place] for place in order])
    stored, first_seen, is_right = server.stored(), server.first_seen(), server.are_places_right()
    database.close()
    assert stored == times(2)
    assert first_seen == {0: 3, 2: 2, 3: 1}
    assert is_right


def test_a_late_wipe_takes_apart_on_either_database(server: Server) -> None:
    server.receive(docked(NIGHT, 0, wipes=False), docked([*NIGHT, *NIGHT], 2))
    assert server.stored() == times(2)
    (late,) = server.receive(docked(NIGHT, 1))
    assert server.stored() == times(3)
    assert [record.outcome for record in late.records] == ["duplicate"] * 3
    assert server.first_seen() == {0: 3, 2: 6}
    assert server.are_places_right()


def test_what_a_late_wipe_explains_is_no_contradiction_any_more(server: Server) -> None:
    before, after = [NIGHT[0], NIGHT[1]], [NIGHT[0], OTHER]
    _, contested = server.receive(docked(before, 0, wipes=False), docked(after, 2))
    assert [record.outcome for record in contested.records] == ["duplicate", "conflict"]
    server.receive(docked(before, 1))
    with server.database.session(writes=False) as session:
        ties = session.scalars(select(RecordRow.conflict_with)).all()
    assert ties == [None] * 4


def test_parts_repeats_and_second_recordings_of_one_memory_add_nothing(server: Server) -> None:
    moment = timedelta(milliseconds=20)
    torn = wm5000t_download(NIGHT, started=EVENING, delivered=2, wipes=False)
    server.receive(
        docked(NIGHT, 0, later=timedelta(minutes=5) + moment),
        torn,
        docked(NIGHT, 0, later=timedelta(minutes=5)),
        docked(NIGHT, 0, later=timedelta(minutes=3), wipes=False),
    )
    assert server.stored() == times(1)
    server.receive(docked(NIGHT, 1), docked(NIGHT, 1)[:-3])
    assert server.stored() == times(2)


def test_nights_sent_at_once_from_several_docks_are_all_kept(server: Server) -> None:
    nights = [docked(NIGHT, day, wipes=day != 1) for day in range(6)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(server.receive, [*nights, *nights]))
    assert server.stored() == times(5)
    assert server.first_seen() == {0: 3, 1: 3, 3: 3, 4: 3, 5: 3}


def test_after_a_wipe_whose_confirmation_was_lost_equal_records_stay_one(server: Server) -> None:
    server.receive(docked(NIGHT, 0, wipes=False), docked(NIGHT, 1))
    assert server.stored() == times(1)


def test_many_records_are_taken_apart_in_few_statements(server: Server) -> None:
    start = AFTER_POWER_LOSS
    many = [wm5000t_record(start + timedelta(seconds=n), n) for n in range(600)]
    server.receive(docked(many, 0, wipes=False), docked(many, 2))
    statements: list[object] = []

    def note(*heard: object) -> None:
        statements.append(heard)

    event.listen(server.database.engine, "before_cursor_execute", note)
    server.receive(docked(many, 1))
    assert server.stored() == times(2, many)
    assert len(statements) < 60


BOTH, BEFORE, AFTER = 1, 2, 3


def test_ties_stay_on_the_side_of_the_wipe_on_which_both_records_were_read() -> None:
    seen = [(BOTH, 10), (BEFORE, 10), (BOTH, 20), (AFTER, 20), (BOTH, 30)]
    parting = part([Sighting(record, download, 0) for record, download in seen], [20, 30])
    assert parting == Parting(
        moved=frozenset({AFTER}),
        split={BOTH: Sighting(BOTH, 20, 0)},
        repointed=[Sighting(BOTH, 20, 0), Sighting(BOTH, 30, 0)],
    )
    copy = 9
    others = (BOTH, BEFORE, AFTER)
    before = [parting.tie(other, {BOTH: copy}, is_after=False) for other in others]
    after = [parting.tie(other, {BOTH: copy}, is_after=True) for other in others]
    assert before == [BOTH, BEFORE, None]
    assert after == [copy, None, AFTER]
