"""What the archive generator writes is what wands and hosts say, and the truth says it too."""

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.archives import BULK, Rehearsal, small
from watchclock_protocol.capture import read_capture
from watchclock_protocol.records import PatrolRecord
from watchclock_protocol.replay import DecodedDownload, replay
from watchclock_sim.archive.settings import ArchiveSettings, WandPlace
from watchclock_sim.archive.wand_captures import NightFile, captures_of
from watchclock_sim.archive.year_plan import made_records, nights_of, session_seed

ALL = (*BULK, "kaihe_eb", "xgd")


def year(
    dialect: str, folder: Path, **others: object
) -> tuple[ArchiveSettings, WandPlace, list[NightFile]]:
    """The nights of the only wand of an archive."""
    settings = small(folder, wands=1, dialects=dialect, **others)
    (wand,) = settings.fleet()
    return settings, wand, list(captures_of(settings, wand, made_records(settings)[0]))


def told(download: DecodedDownload) -> dict[str, object]:
    """What the truth should say of this download."""
    times = [each.record.time.civil for each in download.records]
    civil = [time.isoformat() for time in times if time is not None]
    return {
        "wand": download.identity and download.identity.key,
        "records": len(download.records),
        "kinds": dict(Counter(str(each.record.kind) for each in download.records)),
        "first": min(civil, default=None),
        "last": max(civil, default=None),
    }


@pytest.mark.parametrize("dialect", ALL)
def test_every_capture_is_complete_and_holds_what_the_truth_says(
    dialect: str, tmp_path: Path
) -> None:
    _, _, nights = year(dialect, tmp_path, records=300 if dialect not in BULK else 6_000)
    files = [night for night in nights if night.data]
    assert len(nights) == 30
    assert len(files) > 20
    for file in files:
        capture = read_capture(file.data)
        download = replay(capture)
        assert capture.is_closed
        assert download.is_complete
        assert (download.rejected, download.skipped_bytes) == ((), 0)
        assert download.disagreements == ()
        assert download.acknowledged_utc_ns is not None
        assert told(download).items() <= file.row.items()


@pytest.mark.parametrize("dialect", BULK)
def test_the_real_host_would_have_said_every_byte_of_it(dialect: str, tmp_path: Path) -> None:
    settings, wand, nights = year(dialect, tmp_path)
    plan = nights_of(settings, wand, made_records(settings)[0])
    heard = [
        Rehearsal(read_capture(file.data), session_seed(settings, wand, night))
        for file, night in zip(nights, plan, strict=True)
        if file.data
    ]
    assert len(heard) > 20
    assert [each.unlike for each in heard if each.unlike] == []


@pytest.mark.parametrize("dialect", ALL)
def test_every_record_made_is_held_or_was_overwritten(dialect: str, tmp_path: Path) -> None:
    count = 300 if dialect not in BULK else 6_000
    _, _, nights = year(dialect, tmp_path, records=count)
    rows = [night.row for night in nights]
    assert sum(int(str(row["made"])) for row in rows) == count
    assert sum(int(str(row["records"])) + int(str(row["overwritten"])) for row in rows) == count
    assert sum(int(str(row["nights"])) for row in rows) == len(rows)


@cache
def many(dialect: str) -> list[NightFile]:
    """The nights of six wands, in which everything that can happen happens."""
    settings = small(Path(), wands=6, nights=60, records=36_000, dialects=dialect, seed=131)
    made = made_records(settings)
    return [
        night
        for wand in settings.fleet()
        for night in captures_of(settings, wand, made[wand.place])
    ]


@pytest.mark.parametrize("dialect", ["fcard", "vs"])
def test_what_was_overwritten_is_told_by_the_wand_itself(dialect: str) -> None:
    nights = [night for night in many(dialect) if night.row["overwritten"]]
    assert nights
    for night in nights:
        counters = replay(read_capture(night.data)).counters
        assert counters is not None
        assert any(ring.is_wrapped for ring in counters.rings)
        assert "overwritten" in str(night.row["anomalies"])


@pytest.mark.parametrize("dialect", BULK)
def test_a_clock_fault_is_seen_in_the_records_of_its_night_and_gone_after_it(dialect: str) -> None:
    nights = many(dialect)
    reset = [n for n in nights if "clock_reset" in str(n.row["anomalies"]) and n.data]
    stopped = [n for n in nights if "clock_stopped" in str(n.row["anomalies"]) and n.data]
    sound = [n for n in nights if n.row["anomalies"] == [] and n.data]
    assert reset
    assert stopped
    assert all(str(night.row["first"]).startswith("2000-01-01") for night in reset)
    assert all(str(night.row["last"])[:4] == "2025" for night in sound)
    for night in stopped:
        records = [each.record for each in replay(read_capture(night.data)).records]
        assert max(Counter(record.time.civil for record in records).values()) > 3


def test_a_clock_shows_the_time_of_its_site_and_drifts_by_seconds(tmp_path: Path) -> None:
    _, _, nights = year("vs", tmp_path, seed=3)
    zone = ZoneInfo("Europe/Berlin")
    offsets: list[float] = []
    for night in nights:
        if not night.data or night.row["anomalies"]:
            continue
        (check,) = replay(read_capture(night.data)).clock_checks
        at = datetime.fromtimestamp(check.asked_utc_ns / 1e9, UTC)
        site = at.astimezone(zone).replace(tzinfo=None)
        assert check.time.civil is not None
        offsets.append((check.time.civil - site).total_seconds())
    summer = [offset for offset in offsets if abs(offset) > 1000]
    assert len(summer) == 1  # the morning after the clocks went forward
    assert max(abs(offset) for offset in offsets if offset not in summer) < 10


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    first, again, other = (year("vs", tmp_path, seed=seed)[2] for seed in (1, 1, 2))
    assert first == again
    assert [night.data for night in first] != [night.data for night in other]


def test_guards_walk_rounds_of_their_site_and_touch_their_own_tag_first(tmp_path: Path) -> None:
    _, _, nights = year("fcard", tmp_path)
    download = replay(read_capture(nights[0].data))
    records = [each.record for each in download.records]
    touches = [record for record in records if isinstance(record, PatrolRecord)]
    tags = Counter(str(touch.tag) for touch in touches[1:])
    assert [touch.is_guard_tag for touch in touches].index(False) == 1
    assert 5 <= len(tags) <= 30
    assert max(tags.values()) - min(tags.values()) <= 2


def test_a_row_of_the_truth_is_json(tmp_path: Path) -> None:
    _, _, nights = year("vs", tmp_path)
    lines = [json.dumps(night.row) for night in nights]
    assert [json.loads(line) for line in lines] == [night.row for night in nights]
