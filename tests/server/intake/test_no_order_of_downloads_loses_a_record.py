"""Any sequence of downloads, crashes, repeats and wraps against a model: nothing lost or doubled.

The model is the wand's own memory and the set of everything a whole capture ever carried. An
honest wand never contradicts itself, so nothing may ever be reported as a conflict.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

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


@dataclass(frozen=True)
class Upload:
    """One capture that waits is uploaded, or one that was sent already is sent again."""

    which: int
    again: bool


UPLOADS = st.builds(Upload, which=st.integers(0, 9), again=st.booleans())
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


class Server:
    """One wand, one server, and captures that wait in the spool for as long as it takes."""

    def __init__(self, wand: RingWand | ListWand, database: Database, archive: Archive) -> None:
        self.wand = wand
        self.database = database
        self.archive = archive
        self.now = START
        self.waiting: list[tuple[bytes, Delivered]] = []
        self.sent: list[bytes] = []
        self.delivered: Delivered = set()
        self.created = 0

    def do(self, step: Shift | Upload) -> None:
        match step:
            case Shift():
                self.walk_and_dock(step)
            case Upload(which=which, again=True) if self.sent:
                assert self.upload(self.sent[which % len(self.sent)]) == 0
            case Upload(which=which, again=False) if self.waiting:
                data, delivered = self.waiting.pop(which % len(self.waiting))
                self.delivered |= delivered
                self.upload(data)
            case _:
                pass

    def walk_and_dock(self, shift: Shift) -> None:
        for tag in shift.tags:
            self.now += timedelta(minutes=1)
            self.wand.touch((self.now + SHANGHAI).replace(tzinfo=None), tag)
        self.now += timedelta(minutes=10)
        self.waiting.append(
            self.wand.download(self.now, empties=shift.empties, shows_it=shift.shows_it)
        )

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

    def stored(self) -> Sequence[tuple[int, bytes]]:
        with self.database.session(writes=False) as session:
            rows = session.execute(select(RecordRow.slot, RecordRow.raw)).all()
        return sorted((slot, raw) for slot, raw in rows)

    def contested(self) -> int | None:
        with self.database.session(writes=False) as session:
            return session.scalar(select(func.count()).where(RecordRow.conflict_with.is_not(None)))


@pytest.mark.parametrize("make_wand", [RingWand, ListWand])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(SHIFTS | UPLOADS, min_size=4, max_size=16))
def test_nothing_is_lost_doubled_or_contested_in_any_order(
    make_wand: Callable[[], RingWand | ListWand],
    sqlite_template: Path,
    tmp_path: Path,
    steps: list[Shift | Upload],
) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    database = Database(copied_sqlite(sqlite_template, folder))
    server = Server(make_wand(), database, Archive(folder / "captures"))
    try:
        for step in [*steps, *[Upload(which=0, again=False)] * len(steps)]:
            server.do(step)
            assert server.stored() == sorted(server.delivered)
            assert server.created == len(server.delivered)
        assert not server.waiting
        assert server.contested() == 0
    finally:
        database.close()
