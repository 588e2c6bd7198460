"""Conversations recorded from other makers' host software, decoded from captures of ours.

Sources: tests/golden/fcard/host_recording.json and tests/golden/wm5000t/README.md.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import STARTED_UTC_NS, capture_of
from watchclock_protocol.capture import Chunk, Lane, read_capture
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.messages import Identity, WandHealth
from watchclock_protocol.records import PatrolRecord, SystemRecord
from watchclock_protocol.replay import DecodedDownload, replay, replay_chunks, replay_transcript
from watchclock_protocol.transcript import read_transcript

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
TWO_RECORDS = read_transcript((GOLDEN / "wm5000t" / "two_records.transcript").read_text("utf-8"))
RECORDING = json.loads((GOLDEN / "fcard" / "host_recording.json").read_text("utf-8"))
FCARD_SPOKEN = [
    (lane, bytes.fromhex(frame))
    for exchange in RECORDING["exchanges"]
    for lane, frames in (
        (Lane.TO_WAND, [exchange["host"]]),
        (Lane.FROM_WAND, exchange["wand"]),
    )
    for frame in frames
]


def fcard_download() -> DecodedDownload:
    return replay(read_capture(capture_of(*FCARD_SPOKEN, dialect="fcard")))


def said_at(means: str) -> int:
    """The instant of the recorded host frame with that meaning."""
    number = 0
    for exchange in RECORDING["exchanges"]:
        if exchange["means"].startswith(means):
            return STARTED_UTC_NS + number * 10**9
        number += 1 + len(exchange["wand"])
    raise LookupError(means)


def test_the_recorded_fcard_wand_and_its_counters_are_found() -> None:
    download = fcard_download()
    assert download.identity == Identity("fcard", "7", "99.22")
    assert download.counters is not None
    assert [ring.unread for ring in download.counters.rings] == [137, 23]
    assert download.counters.health == WandHealth(
        voltage_mv=3870,
        charge_percent=76,
        power_ons=1234,
        formats=3,
        factory_date=date(2019, 5, 7),
    )
    assert (download.skipped_bytes, download.rejected) == (0, ())
    assert download.is_complete


def test_the_recorded_fcard_clock_was_read_before_it_was_set() -> None:
    download = fcard_download()
    (check,) = download.clock_checks
    (setting,) = download.clock_settings
    asked = said_at("read clock")
    assert check.time.civil == datetime(2026, 11, 21, 20, 30, 15)  # noqa: DTZ001  # wand time
    assert (check.asked_utc_ns, check.answered_utc_ns) == (asked, asked + 10**9)
    assert setting.civil == datetime(2026, 11, 21, 8, 30, 5)  # noqa: DTZ001  # wand time
    assert setting.utc_ns == said_at("write clock")
    assert download.acknowledged_utc_ns == said_at("write read pointer") + 10**9


def test_the_recorded_137_patrol_records_are_those_the_makers_software_decoded() -> None:
    records = [keyed.record for keyed in fcard_download().records]
    patrols = [record for record in records if isinstance(record, PatrolRecord)]
    start = datetime(2026, 11, 1)  # noqa: DTZ001  # wand time
    assert [record.slot for record in patrols] == list(range(1, 138))
    for index, record in enumerate(patrols):
        assert record.time.civil == start + timedelta(minutes=index, seconds=index % 60)
        assert record.guard_number == index % 999 + 1
        assert record.is_guard_tag == bool(index % 2)
        assert int.from_bytes(record.tag.octets, "big") == 0x7E7F00 + index


def test_the_recorded_23_system_records_are_those_the_makers_software_decoded() -> None:
    records = [keyed.record for keyed in fcard_download().records]
    entries = [record for record in records if isinstance(record, SystemRecord)]
    start = datetime(2026, 11, 21, 10)  # noqa: DTZ001  # wand time
    assert [record.slot for record in entries] == list(range(1, 24))
    assert [record.code for record in entries] == [1 + index % 14 for index in range(23)]
    assert [record.time.civil for record in entries] == [
        start + timedelta(minutes=index) for index in range(23)
    ]


def test_the_two_records_of_the_real_wm5000t_are_found() -> None:
    download = replay_transcript(TWO_RECORDS)
    assert download.identity == Identity("wm5000t", "531932")
    records = [keyed.record for keyed in download.records]
    assert [str(record.tag) for record in records if isinstance(record, PatrolRecord)] == [
        "ibutton:F40939",
        "ibutton:F3F6AD",
    ]
    assert [(keyed.rank, keyed.position) for keyed in download.records] == [(0, 0), (0, 1)]
    assert [check.civil.second for check in download.clock_settings] == [12, 16]
    assert download.acknowledged_utc_ns == 0
    assert download.is_complete


def test_a_wm5000t_read_twice_before_it_is_wiped_gives_each_record_once() -> None:
    reading = [chunk for chunk in TWO_RECORDS.chunks if 14 <= chunk.offset <= 27]
    wiping = [chunk for chunk in TWO_RECORDS.chunks if chunk.offset > 27]
    download = replay_chunks(find_dialect("wm5000t"), [*reading, *reading, *wiping])
    assert download.records == replay_transcript(TWO_RECORDS).records
    assert download.disagreements == ()
    assert download.is_complete


@given(data=st.data())
def test_the_cuts_in_which_bytes_were_read_do_not_matter(data: st.DataObject) -> None:
    pieces = [
        Chunk(lane=chunk.lane, data=part, utc_ns=0, offset=chunk.offset)
        for chunk in TWO_RECORDS.chunks
        for at in [data.draw(st.integers(0, len(chunk.data)))]
        for part in (chunk.data[:at], chunk.data[at:])
    ]
    assert replay_chunks(find_dialect("wm5000t"), pieces) == replay_transcript(TWO_RECORDS)


@given(
    dialect=st.sampled_from(["fcard", "wm5000t"]),
    spoken=st.lists(st.tuples(st.sampled_from(list(Lane)[:2]), st.binary(max_size=40))),
)
def test_any_conversation_at_all_is_decoded(
    dialect: str, spoken: list[tuple[Lane, bytes]]
) -> None:
    download = replay(read_capture(capture_of(*spoken, dialect=dialect)))
    sent = sum(len(data) for _, data in spoken)
    assert download.dialect == dialect
    assert download.skipped_bytes <= sent
