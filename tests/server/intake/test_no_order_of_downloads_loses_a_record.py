"""Any sequence of downloads, crashes, repeats and wraps against a model: nothing lost or doubled.

The model is the wand's own memory and the set of everything a whole capture ever carried. An
honest wand never contradicts itself, so nothing may ever be reported as a conflict.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from typing_extensions import override

from tests.support.server_app import copied_sqlite
from tests.support.wand_downloads import (
    FcardDownload,
    card_record,
    wm5000t_download,
    wm5000t_record,
)
from watchclock_protocol.capture import capture_name
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake.domain.receipts import Outcome
from watchclock_server.intake.repository import RecordRow
from watchclock_server.intake.service import receive_capture

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
SHANGHAI = timedelta(hours=8)
CAPACITY = 6

Delivered = set[tuple[int, bytes]]


@dataclass(frozen=True)
class Shift:
    """Tags touched, then the wand is docked; ``shows_it`` False: the recorder died after the wand
    had given its records up.
    """

    tags: list[int]
    empties: bool
    shows_it: bool


SHIFTS = st.builds(
    Shift,
    tags=st.lists(st.integers(1, 3), min_size=1, max_size=8),
    empties=st.booleans(),
    shows_it=st.booleans(),
)


@dataclass
class RingWand:
    """An fcard memory of six slots.

    Its flag goes up when unread records are overwritten, and when the write index meets the read
    index, where the two indexes alone would say that nothing is unread.
    """

    write_index: int = 0
    read_index: int = 0
    unread_count: int = 0

    def __post_init__(self) -> None:
        self.slots: dict[int, bytes] = {}

    def touch(self, civil: datetime, tag: int) -> None:
        slot = self.write_index % CAPACITY + 1
        self.unread_count += 1
        self.slots[slot] = card_record(civil, tag)
        self.write_index = slot

    @property
    def is_wrapped(self) -> bool:
        met = self.unread_count > 0 and self.write_index == self.read_index
        return met or self.unread_count > CAPACITY

    def unread(self) -> dict[int, bytes]:
        if self.is_wrapped:
            return dict(self.slots)
        places = [(self.read_index + n) % CAPACITY + 1 for n in range(self.unread_count)]
        return {slot: self.slots[slot] for slot in places}

    def download(
        self, started: datetime, *, empties: bool, shows_it: bool
    ) -> tuple[bytes, Delivered]:
        cards = self.unread()
        download = FcardDownload(
            started=started,
            capacity=CAPACITY,
            cards=cards,
            read_index=self.read_index,
            write_index=self.write_index,
            is_wrapped=self.is_wrapped,
            acknowledges=empties and shows_it,
        )
        if empties:
            self.read_index, self.unread_count = self.write_index, 0
        return download.capture(), set(cards.items())


class ListWand:
    """A WM-5000T memory: a list that grows until it is wiped."""

    def __init__(self) -> None:
        self.touches: list[bytes] = []

    def touch(self, civil: datetime, tag: int) -> None:
        self.touches.append(wm5000t_record(civil, tag))

    def download(
        self, started: datetime, *, empties: bool, shows_it: bool
    ) -> tuple[bytes, Delivered]:
        data = wm5000t_download(self.touches, started=started, wipes=empties and shows_it)
        delivered = {(0, touch) for touch in self.touches}
        if empties:
            self.touches = []
        return data, delivered


class Downloads(RuleBasedStateMachine):
    """One wand, one server, and captures that wait in the spool for as long as it takes."""

    def __init__(self, wand: RingWand | ListWand, database: Database, archive: Archive) -> None:
        super().__init__()
        self.wand = wand
        self.database = database
        self.archive = archive
        self.now = START
        self.waiting: list[tuple[bytes, Delivered]] = []
        self.sent: list[bytes] = []
        self.delivered: Delivered = set()
        self.created = 0

    @initialize(shifts=st.lists(SHIFTS, min_size=2, max_size=8))
    def work_some_shifts(self, shifts: list[Shift]) -> None:
        for shift in shifts:
            self.walk_and_dock(shift=shift)

    @rule(shift=SHIFTS)
    def walk_and_dock(self, shift: Shift) -> None:
        for tag in shift.tags:
            self.now += timedelta(minutes=1)
            self.wand.touch((self.now + SHANGHAI).replace(tzinfo=None), tag)
        self.now += timedelta(minutes=10)
        self.waiting.append(
            self.wand.download(self.now, empties=shift.empties, shows_it=shift.shows_it)
        )

    @rule(which=st.integers(0, 9))
    def upload_one_that_waits(self, which: int) -> None:
        if self.waiting:
            data, delivered = self.waiting.pop(which % len(self.waiting))
            self.delivered |= delivered
            self.upload(data)

    @rule(which=st.integers(0, 9))
    def upload_one_again(self, which: int) -> None:
        if self.sent:
            assert self.upload(self.sent[which % len(self.sent)]) == 0

    def upload(self, data: bytes) -> int:
        with self.database.session() as session:
            receipt = receive_capture(
                session,
                archive=self.archive,
                data=data,
                claimed_sha256=capture_name(data),
                now=self.now,
            )
        assert receipt.count(Outcome.CONFLICT) == 0
        self.created += receipt.count(Outcome.CREATED)
        self.sent.append(data)
        return receipt.count(Outcome.CREATED)

    @invariant()
    def the_server_holds_exactly_what_was_delivered(self) -> None:
        with self.database.session(writes=False) as session:
            rows = session.execute(select(RecordRow.slot, RecordRow.raw)).all()
            contested = session.scalar(
                select(func.count()).where(RecordRow.conflict_with.is_not(None))
            )
        stored = [(slot, raw) for slot, raw in rows]
        assert sorted(stored) == sorted(self.delivered)
        assert self.created == len(self.delivered)
        assert contested == 0

    @override
    def teardown(self) -> None:
        """In the end everything that waits is uploaded, and still nothing may be wrong."""
        while self.waiting:
            self.upload_one_that_waits(0)
        self.the_server_holds_exactly_what_was_delivered()
        self.database.close()


@pytest.mark.parametrize("make_wand", [RingWand, ListWand])
def test_nothing_is_lost_doubled_or_contested_in_any_order(
    make_wand: Callable[[], RingWand | ListWand], sqlite_template: Path, tmp_path: Path
) -> None:
    created: list[int] = []

    class OnSqlite(Downloads):
        def __init__(self) -> None:
            folder = tmp_path / str(len(created))
            folder.mkdir()
            database = Database(copied_sqlite(sqlite_template, folder))
            super().__init__(make_wand(), database, Archive(folder / "captures"))

        @override
        def teardown(self) -> None:
            super().teardown()
            created.append(self.created)

    # Without shrinking: a failure is told at once, not after minutes of smaller ones.
    limits = settings(
        max_examples=30,
        stateful_step_count=8,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(OnSqlite, settings=limits)
    assert sum(created) > len(created)
