"""What a conversation says, told by a listener of plain words (tests/support/fake_dialect.py)."""

import pytest

from tests.support.captures import capture_of
from tests.support.fake_dialect import FAKE, civil_time, wand_time
from watchclock_protocol.capture import Chunk, Lane, read_capture
from watchclock_protocol.errors import DialectUnknownError, WandChangedError
from watchclock_protocol.events import Heard
from watchclock_protocol.messages import Acknowledged, Identity, slotless_counters
from watchclock_protocol.replay import (
    ClockCheck,
    ClockSetting,
    DecodedDownload,
    Disagreement,
    KeyedRecords,
    hear,
    replay,
    replay_chunks,
    replay_transcript,
)
from watchclock_protocol.transcript import read_transcript


def spoken(*lines: str) -> list[Chunk]:
    """Lines as ``>words`` from the host and ``<words`` from the wand, one second apart."""
    lanes = {">": Lane.TO_WAND, "<": Lane.FROM_WAND}
    return [
        Chunk(lane=lanes[line[0]], data=line[1:].encode(), utc_ns=second, offset=0)
        for second, line in enumerate(lines, start=1)
    ]


def decoded(*lines: str) -> DecodedDownload:
    return replay_chunks(FAKE, spoken(*lines))


def raws(download: DecodedDownload) -> list[tuple[str, int, int]]:
    return [(keyed.record.raw.hex(), keyed.rank, keyed.position) for keyed in download.records]


def test_an_empty_conversation_says_nothing() -> None:
    assert decoded() == DecodedDownload(
        dialect="fake",
        identity=None,
        clock_checks=(),
        clock_settings=(),
        counters=None,
        records=KeyedRecords(),
        disagreements=(),
        records_utc_ns=None,
        acknowledged_utc_ns=None,
        skipped_bytes=0,
        rejected=(),
        is_complete=False,
    )


def test_a_whole_download_is_gathered() -> None:
    words = ">id <I7; >n <N2; >B2 <R01; <R02;C; >ack <A; >set <S083000;D;"
    download = decoded(*words.split())
    assert download.identity == Identity("fake", "7")
    assert download.counters == slotless_counters(2)
    assert raws(download) == [("01", 0, 0), ("02", 0, 1)]
    assert download.records_utc_ns == 7
    assert download.acknowledged_utc_ns == 9
    assert download.clock_settings == (ClockSetting(civil=civil_time("083000"), utc_ns=10),)
    assert download.is_complete
    assert download.disagreements == ()


def test_a_clock_check_lies_between_the_first_asking_and_the_last_byte_of_the_answer() -> None:
    download = decoded(">id", "<I7;", ">clock", ">clock again", "<T08", "<3000;")
    assert download.clock_checks == (
        ClockCheck(time=wand_time("083000"), asked_utc_ns=3, answered_utc_ns=6),
    )


def test_a_clock_is_set_when_the_host_last_told_it() -> None:
    download = decoded(">set", ">set again", "<S083000;")
    assert download.clock_settings[0].utc_ns == 2


def test_what_nobody_asked_for_was_asked_at_zero() -> None:
    (check,) = decoded("<T083000;").clock_checks
    assert (check.asked_utc_ns, check.answered_utc_ns) == (0, 1)


def test_events_come_one_by_one_with_their_instants() -> None:
    (heard,) = hear(FAKE, spoken(">ack", "<A;"))
    assert heard.event == Heard(Acknowledged())
    assert (heard.asked_utc_ns, heard.told_utc_ns, heard.heard_utc_ns) == (1, 1, 2)


def test_the_first_counters_stand_and_later_ones_may_announce_more() -> None:
    fewer = decoded("<N1;", "<B1;R01;", "<N2;B2;R01;")
    assert fewer.counters == slotless_counters(1)
    assert not fewer.is_complete
    assert decoded("<N1;", "<B1;R01;", "<N2;B2;R01;R02;").is_complete


def test_counters_after_the_acknowledgement_announce_nothing_for_this_download() -> None:
    download = decoded("<N1;B1;R01;", "<A;", "<N5;", "<A;")
    assert download.is_complete
    assert download.acknowledged_utc_ns == 2


def test_a_download_without_records_is_complete_when_none_was_announced() -> None:
    assert decoded("<N0;").is_complete
    assert not decoded("<B0;").is_complete


def test_a_missing_record_makes_the_download_incomplete() -> None:
    assert not decoded("<N3;B3;R01;X;R03;").is_complete
    assert not decoded("<N3;R1:01;R3:03;R3:03;").is_complete
    assert decoded("<N3;R1:01;R3:03;R2:02;").is_complete


def test_two_incomplete_readings_do_not_make_a_complete_one() -> None:
    download = decoded("<N2;B2;R01;X;", "<B2;X;R02;")
    assert raws(download) == [("01", 0, 0), ("02", 0, 1)]
    assert not download.is_complete


def test_noise_and_damaged_frames_are_counted() -> None:
    download = decoded("<J12;", "<X sum;J3;")
    assert download.skipped_bytes == 15
    assert [each.error.code for each in download.rejected] == ["protocol.checksum"]


def test_what_is_rejected_is_found_again_in_the_capture() -> None:
    words = ((Lane.FROM_WAND, b"N1;R01;"), (Lane.FROM_WAND, b"X sum;"))
    capture = read_capture(capture_of(*words))
    chunks = [block for block in capture.blocks if isinstance(block, Chunk)]
    (rejection,) = replay_chunks(FAKE, chunks).rejected
    assert rejection.offset == chunks[1].offset


def test_the_firmware_told_later_belongs_to_the_same_wand() -> None:
    assert decoded("<I7;", "<IF7;", "<I7;").identity == Identity("fake", "7", "99.22")


def test_nothing_of_another_wand_is_taken_for_the_first_ones() -> None:
    download = decoded("<I7;N1;R01;", "<I8;N9;R02;T083000;A;B4;J1;", "<I7;R03;")
    assert download.identity == Identity("fake", "7")
    assert raws(download) == [("01", 0, 0), ("03", 0, 1)]
    assert download.clock_checks == ()
    assert download.acknowledged_utc_ns is None
    assert download.skipped_bytes == 1
    (stranger,) = download.rejected
    assert isinstance(stranger.error, WandChangedError)
    assert stranger.error.details == {"expected": "fake:7", "found": "fake:8"}


def test_one_slot_read_twice_with_other_bytes_is_a_disagreement_and_both_are_kept() -> None:
    download = decoded("<N1;R5:0101;R5:0101;R5:0102;R5:0101;")
    kind = download.records[0].record.kind
    assert raws(download) == [("0101", 0, 0), ("0102", 0, 1)]
    assert download.disagreements == (
        Disagreement(kind=kind, slot=5, position=None, first=b"\x01\x01", other=b"\x01\x02"),
    )


def test_two_whole_readings_that_differ_disagree_at_their_place() -> None:
    download = decoded("<B3;R01;R02;R03;", "<B3;R01;R09;R03;")
    kind = download.records[0].record.kind
    assert raws(download) == [("01", 0, 0), ("02", 0, 1), ("03", 0, 2), ("09", 0, 3)]
    assert download.disagreements == (
        Disagreement(kind=kind, slot=None, position=1, first=b"\x02", other=b"\x09"),
    )


@pytest.mark.parametrize(
    "words",
    [
        ("<B3;R01;R02;R03;", "<B3;R01;X;R03;"),
        ("<B2;R01;R02;", "<A;", "<B2;R03;R04;"),
        ("<B1;R01;", "<B2;R01;R02;"),
    ],
    ids=["a damaged reading", "a wiped memory", "a new record behind the others"],
)
def test_readings_that_cannot_be_compared_do_not_disagree(words: tuple[str, ...]) -> None:
    assert decoded(*words).disagreements == ()


def test_a_capture_of_an_unknown_dialect_is_refused_with_the_known_ones() -> None:
    capture = read_capture(capture_of((Lane.TO_WAND, b"?"), dialect="morse"))
    with pytest.raises(DialectUnknownError, match="morse") as caught:
        replay(capture)
    assert "wm5000t" in caught.value.advice
    with pytest.raises(DialectUnknownError, match="morse"):
        replay_transcript(read_transcript("dialect: morse"))
