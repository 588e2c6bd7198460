"""A Kaihe wand clears its patrol records when acknowledged, never its knocks: each is one."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.server_app import copied_sqlite
from tests.support.wand_downloads import kaihe_eb_download
from watchclock_protocol.capture import capture_name
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake.repository import RecordRow
from watchclock_server.intake.service import receive_capture

EVENING = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
TOUCH = by_hand.patrol_a(0x0102A1B2C3)
OTHER = by_hand.patrol_a(0x0102A1B2C4)
KNOCK = by_hand.knock(31, 44)
LATER = by_hand.knock(50)
NIGHTS = [
    kaihe_eb_download([TOUCH], [KNOCK, KNOCK], started=EVENING),
    kaihe_eb_download([TOUCH], [KNOCK, KNOCK], started=EVENING + timedelta(1), clears=False),
    kaihe_eb_download([TOUCH, OTHER], [KNOCK, KNOCK], started=EVENING + timedelta(2)),
    kaihe_eb_download([TOUCH], [KNOCK, KNOCK, LATER], started=EVENING + timedelta(3)),
]


def stored(database: Database, folder: Path, captures: list[bytes]) -> Counter[tuple[str, bytes]]:
    """How often each record is stored, and no record contradicts another."""
    for data in captures:
        with database.session() as session:
            receive_capture(
                session,
                archive=Archive(folder / "captures"),
                data=data,
                claimed_sha256=capture_name(data),
                now=EVENING + timedelta(days=30),
            )
    with database.session(writes=False) as session:
        rows = list(session.scalars(select(RecordRow)))
        assert [row.conflict_with for row in rows] == [None] * len(rows)
        return Counter((row.kind, row.raw) for row in rows)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_knocks_count_once_and_touches_once_a_memory_in_whatever_order_they_arrive(
    sqlite_template: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    database = Database(copied_sqlite(sqlite_template, tmp_path))
    found = stored(database, tmp_path, [NIGHTS[place] for place in order])
    database.close()
    assert found == {
        ("patrol", TOUCH): 3,
        ("patrol", OTHER): 1,
        ("knock", KNOCK): 2,
        ("knock", LATER): 1,
    }


def test_knocks_that_were_cleared_contradict_no_touch(
    sqlite_template: Path, tmp_path: Path
) -> None:
    database = Database(copied_sqlite(sqlite_template, tmp_path))
    before = kaihe_eb_download([TOUCH], [KNOCK], started=EVENING, clears=False)
    after = kaihe_eb_download([TOUCH, OTHER], [], started=EVENING + timedelta(1))
    found = stored(database, tmp_path, [before, after])
    database.close()
    assert found == {("patrol", TOUCH): 1, ("patrol", OTHER): 1, ("knock", KNOCK): 1}
