"""Any sequence of downloads, crashes, repeats and wraps against a model: nothing lost or doubled.

The model is the wand's own memory and everything the captures that arrived have carried: between
two wipes that they show, a record counts as often as the reading that has it most. An honest
wand never contradicts itself, so nothing may ever be reported as a conflict. Only where its clock
falls back can a wipe that nobody knows of yet make two memories look like one that changed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
from watchclock_server.intake.service import (
    downloads_of,
    receive_capture,
    records_of_download,
)

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
SHANGHAI = timedelta(hours=8)
CAPACITY = 6
WAND_EPOCH = datetime.fromisoformat("2000-01-01T00:00")

Delivered = Counter[tuple[int, bytes]]


@dataclass(frozen=True)
class Dock:
    """One capture, which place it has in time, what it carries, and whether it shows a wipe."""

    number: int
    data: bytes
    delivered: Delivered
    shows_wipe: bool


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
    wipes: bool = False
    falls_back: bool = False

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
            shown=(started + SHANGHAI).replace(tzinfo=None),
            acknowledges=empties and shows_it,
        )
        if empties:
            self.read_index, self.unread_count = self.write_index, 0
        return download.capture(), Counter(cards.items())


class ListWand:
    """A WM-5000T memory: a list that grows until it is wiped."""

    wipes = True
    falls_back = False

    def __init__(self) -> None:
        self.touches: list[bytes] = []

    def touch(self, civil: datetime, tag: int) -> None:
        self.touches.append(wm5000t_record(civil, tag))

    def download(
        self, started: datetime, *, empties: bool, shows_it: bool
    ) -> tuple[bytes, Delivered]:
        data = wm5000t_download(self.touches, started=started, wipes=empties and shows_it)
        delivered = Counter((0, touch) for touch in self.touches)
        if empties:
            self.touches = []
        return data, delivered


class FallingBackWand(ListWand):
    """The same with a clock that starts again from its epoch with every shift."""

    falls_back = True

    def __init__(self) -> None:
        super().__init__()
        self.shown = WAND_EPOCH

    @override
    def touch(self, civil: datetime, tag: int) -> None:
        super().touch(self.shown, tag)

    @override
    def download(
        self, started: datetime, *, empties: bool, shows_it: bool
    ) -> tuple[bytes, Delivered]:
        self.shown = WAND_EPOCH
        return super().download(started, empties=empties, shows_it=shows_it)


class Server:
    """One wand, one server, and captures that wait in the spool for as long as it takes."""

    def __init__(self, wand: RingWand | ListWand, database: Database, archive: Archive) -> None:
        self.wand = wand
        self.database = database
        self.archive = archive
        self.now = START
        self.waiting: list[Dock] = []
        self.sent: list[Dock] = []
        self.docked = 0
        self.created = 0
        self.is_wipe_hidden = False

    def do(self, step: Shift | Upload) -> None:
        match step:
            case Shift():
                self.walk_and_dock(step)
            case Upload(which=which, again=True) if self.sent:
                assert self.upload(self.sent[which % len(self.sent)].data) == 0
            case Upload(which=which, again=False) if self.waiting:
                dock = self.waiting.pop(which % len(self.waiting))
                self.sent.append(dock)
                self.upload(dock.data)
            case _:
                pass

    def walk_and_dock(self, shift: Shift) -> None:
        for tag in shift.tags:
            self.now += timedelta(minutes=1)
            self.wand.touch((self.now + SHANGHAI).replace(tzinfo=None), tag)
        self.now += timedelta(minutes=10)
        data, delivered = self.wand.download(
            self.now, empties=shift.empties, shows_it=shift.shows_it
        )
        self.docked += 1
        self.is_wipe_hidden |= shift.empties and not shift.shows_it
        self.waiting.append(
            Dock(
                number=self.docked,
                data=data,
                delivered=delivered,
                shows_wipe=self.wand.wipes and shift.empties and shift.shows_it,
            )
        )

    def expected(self) -> Delivered:
        """What everything that was sent proves."""
        memories: list[Delivered] = [Counter()]
        for dock in sorted(self.sent, key=lambda dock: dock.number):
            memories[-1] |= dock.delivered
            if dock.shows_wipe:
                memories.append(Counter())
        return sum(memories, Delivered())

    def upload(self, data: bytes) -> int:
        with self.database.session() as session:
            receipt = receive_capture(
                session,
                archive=self.archive,
                data=data,
                claimed_sha256=capture_name(data),
                now=self.now,
            )
        conflicts = receipt.count(Outcome.CONFLICT)
        assert conflicts == 0 or self.wand.falls_back
        self.created += receipt.count(Outcome.CREATED)
        return receipt.count(Outcome.CREATED) + conflicts

    def stored(self) -> Delivered:
        with self.database.session(writes=False) as session:
            rows = session.execute(select(RecordRow.slot, RecordRow.raw)).all()
        return Counter((slot, raw) for slot, raw in rows)

    def readings(self) -> Sequence[Sequence[bytes]]:
        """What each download is said to hold, and in the order in which they were read."""
        with self.database.session(writes=False) as session:
            return [
                [record.raw for record in records_of_download(session, download.id)]
                for download in downloads_of(session, 1)
            ]

    def carried(self) -> Sequence[Counter[bytes]]:
        """What each capture sent holds, in the order in which they were read."""
        docks = sorted(self.sent, key=lambda dock: dock.number)
        return [Counter([raw for _, raw in dock.delivered.elements()]) for dock in docks]

    def contested(self) -> int | None:
        with self.database.session(writes=False) as session:
            return session.scalar(select(func.count()).where(RecordRow.conflict_with.is_not(None)))


@pytest.mark.parametrize("make_wand", [RingWand, ListWand, FallingBackWand])
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
            assert server.stored() == server.expected()
            assert server.wand.falls_back or server.created == server.expected().total()
        assert not server.waiting
        assert [Counter(reading) for reading in server.readings()] == server.carried()
        if not (server.wand.falls_back and server.is_wipe_hidden):
            assert server.contested() == 0
    finally:
        database.close()
