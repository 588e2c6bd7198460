"""Touches a controller pushed, as recordings of listening tell them: each counts once."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support import by_hand_xgd as by_hand
from tests.support.wand_downloads import utc_ns
from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    Lane,
    StepName,
    StepState,
    capture_name,
)
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake.domain.receipts import Outcome
from watchclock_server.intake.repository import RecordRow
from watchclock_server.intake.service import downloads_of, receive_capture

EVENING = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
ONE, TWO, THREE = by_hand.records(3)
ANSWER = (Lane.TO_WAND, by_hand.frame(3, by_hand.PUSH))
Spoken = Sequence[tuple[Lane, bytes]]


def asked(function: int, answer: bytes, data: bytes = b"") -> Spoken:
    return [
        (Lane.TO_WAND, by_hand.frame(3, function, data)),
        (Lane.FROM_WAND, by_hand.frame(3, function, answer)),
    ]


def pushed(raw: bytes, *, is_answered: bool = True) -> Spoken:
    push = (Lane.FROM_WAND, by_hand.frame(3, by_hand.PUSH, raw))
    return [push, ANSWER] if is_answered else [push]


def count(unread: int) -> Spoken:
    return asked(0x06, bytes([unread]))


def recording(hours: int, *parts: Spoken) -> bytes:
    """A capture begun so many hours after the first evening, a second between two chunks."""
    started_ns = utc_ns(EVENING + timedelta(hours=hours))
    writer = CaptureWriter(
        CaptureAbout(
            dialect="xgd",
            address="tcp:127.0.0.1:9000?unit=3",
            software="test",
            time_zone="UTC",
            started_utc_ns=started_ns,
        )
    )
    spoken = [*asked(0x09, b""), *(chunk for part in parts for chunk in part)]
    data = writer.begin()
    for number, (lane, piece) in enumerate(spoken, start=1):
        data += writer.chunk(lane, piece, started_ns + number * 10**9)
    return data + writer.step(StepName.CLOSE, StepState.DONE, started_ns + 10**12)


def stored(database: Database, folder: Path, captures: Sequence[bytes]) -> Counter[bytes]:
    """What the server holds after it took the captures in, in this order; no contradictions."""
    archive = Archive(folder / "captures")
    for data in captures:
        with database.session() as session:
            receipt = receive_capture(
                session,
                archive=archive,
                data=data,
                claimed_sha256=capture_name(data),
                now=EVENING + timedelta(days=30),
            )
            assert receipt.count(Outcome.CONFLICT) == 0
    with database.session(writes=False) as session:
        return Counter(session.scalars(select(RecordRow.raw)))


KILLED_AND_RESUMED = [
    recording(0, count(2), pushed(ONE), pushed(TWO)),
    recording(1, count(1), pushed(TWO), count(0), pushed(THREE, is_answered=False)),
    recording(2, count(1), pushed(THREE), count(0)),
]
SAME_BYTES_EVERY_NIGHT = [
    recording(24 * night, count(0), pushed(ONE), count(0), pushed(TWO), count(0))
    for night in range(3)
]
HEARD_THEN_DOWNLOADED = [
    recording(0, count(2), pushed(ONE), pushed(TWO, is_answered=False)),
    recording(1, count(1), asked(0x07, TWO, b"\x01"), asked(0x08, b"")),
]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_what_was_pushed_again_after_a_kill_counts_once_in_any_order(
    order: tuple[int, ...], database: Database, tmp_path: Path
) -> None:
    captures = [KILLED_AND_RESUMED[place] for place in order]
    assert stored(database, tmp_path, captures) == Counter([ONE, TWO, THREE])


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_equal_bytes_every_night_are_new_touches_in_any_order(
    order: tuple[int, ...], database: Database, tmp_path: Path
) -> None:
    captures = [SAME_BYTES_EVERY_NIGHT[place] for place in order]
    assert stored(database, tmp_path, captures) == Counter({ONE: 3, TWO: 3})


@pytest.mark.parametrize("order", [*permutations(range(2))])
def test_what_was_pushed_unanswered_and_then_downloaded_counts_once(
    order: tuple[int, ...], database: Database, tmp_path: Path
) -> None:
    captures = [HEARD_THEN_DOWNLOADED[place] for place in order]
    assert stored(database, tmp_path, captures) == Counter([ONE, TWO])


def test_a_recording_that_ends_before_all_came_proves_no_absence(
    database: Database, tmp_path: Path
) -> None:
    cut_off = recording(0, count(3), pushed(ONE), pushed(TWO))
    whole = recording(1, count(1), pushed(THREE), count(0))
    stored(database, tmp_path, [cut_off, whole])
    with database.session(writes=False) as session:
        first, second = downloads_of(session, 1)
    assert (first.is_complete, first.acknowledged_at) == (False, None)
    assert (second.is_complete, second.acknowledged_at is not None) == (True, True)
