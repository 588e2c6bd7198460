"""The lines of the makers' papers and clients, as values written down here by hand."""

from datetime import datetime

from tests.support.by_hand_files import golden
from tests.support.heard_files import errors_of, hear_file, patrols, records_of, systems, wands_of
from watchclock_protocol.dialects.jwm_z.records import KIND_MEANINGS
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.records import RecordFlag
from watchclock_protocol.values import TimeFlaw


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_sample_line_of_the_jwm_papers_is_one_touch() -> None:
    data = golden("jwm_z/sample_line.txt")
    events = hear_file("jwm_z", data)
    (record,) = patrols(events)
    assert wands_of(events) == ["0802-1001"]
    assert str(record.tag) == "rfid:00AFCD11"
    assert record.guard_number == 0x00AFCD1A
    assert record.time.civil == moment("2026-11-21T08:34:09")
    assert record.time.raw == b"261121083409"
    assert record.raw == data.removesuffix(b"\r\n")
    assert record.slot is None
    assert record.flags == frozenset()


def test_every_kind_but_a_touched_tag_is_an_event_of_the_wand() -> None:
    events = hear_file("jwm_z", golden("jwm_z/every_kind.txt"))
    assert len(patrols(events)) == 1
    assert [(record.code, record.meanings) for record in systems(events)] == [
        (0, ("gps_track",)),
        (1, ("gps_checkpoint",)),
        (3, ("voltage_too_low",)),
        (4, ("alarm",)),
        (5, ("free_event",)),
        (6, ("housing_opened",)),
        (7, ("video",)),
        (8, ("picture",)),
        (9, ("impact",)),
        (10, ("motionless",)),
        (11, ("tilt",)),
        (12, ()),
    ]
    assert systems(events)[-1].flags == {RecordFlag.UNKNOWN_CODE}
    assert {record.code for record in systems(events)} == {*KIND_MEANINGS, 12}
    assert errors_of(events) == []


def test_two_wands_by_turns_a_remark_in_gbk_and_a_tag_a_spreadsheet_has_shortened() -> None:
    statement = FileStatement(charset=Charset.GBK)
    events = hear_file("jwm_z", golden("jwm_z/two_wands_gbk.txt"), statement)
    assert wands_of(events) == ["0802-1001", "0802-1002", "0802-1001", "0802-1002"]
    assert "门已锁".encode("gbk") in systems(events)[1].raw
    (error,) = errors_of(events)
    assert error.details["line"] == 5
    assert error.details["offset"] == golden("jwm_z/two_wands_gbk.txt").index(
        b"2\t0\t00AFCD1A\t4.1"
    )
    assert "4.128E+15" in str(error)
    assert len(patrols(events)) == 3


def test_wm_web_usb_keeps_impossible_years_as_they_stand() -> None:
    events = hear_file("wm_web_usb", golden("wm_web_usb/three_fields.txt"))
    assert wands_of(events) == ["0010001"]
    good, year_2080, year_20c0 = patrols(events)
    assert str(good.tag) == "rfid:0000AFCD11"
    assert good.time.civil == moment("2026-11-21T08:34:09")
    assert year_2080.time.flaw is TimeFlaw.IMPOSSIBLE_DATE
    assert year_2080.time.raw == b"20801121083500"
    assert year_2080.flags == {RecordFlag.TIME_IMPOSSIBLE}
    assert str(year_2080.tag) == "rfid:00AFCD1200"
    assert year_20c0.time.flaw is TimeFlaw.NOT_DECIMAL
    assert year_20c0.raw == b"0010001,000000AFCD13,20C01121083600"
    assert year_20c0.time.civil is None


def test_a_pseudo_id_among_the_readings_is_an_event_and_no_visit() -> None:
    events = hear_file("wm_web_usb", golden("wm_web_usb/three_fields.txt"))
    (knocked,) = systems(events)
    assert (knocked.code, knocked.meanings) == (0x0FA503, ("impact",))
    assert len(patrols(events)) == 3


def test_the_v5_names_no_wand_so_the_stated_one_counts() -> None:
    data = golden("wm_web_usb/v5_two_fields.txt")
    events = hear_file("wm_web_usb", data, FileStatement(wand="7"))
    assert wands_of(events) == ["7"]
    assert [record.time.civil for record in patrols(events)] == [
        moment("2026-11-21T08:34:09"),
        moment("2026-11-21T08:35:10"),
    ]
    assert wands_of(hear_file("wm_web_usb", data)) == []


def test_fycomm_records_are_number_time_and_card() -> None:
    events = hear_file("fycomm", golden("fycomm/records.txt"), FileStatement(wand="3"))
    assert [str(record.tag) for record in patrols(events)] == [
        "rfid:0062E8CD",
        "rfid:0062E5CD",
        "rfid:0062E9CD",
    ]
    assert [record.time.flaw for record in patrols(events)] == [
        None,
        None,
        TimeFlaw.IMPOSSIBLE_DATE,
    ]
    assert records_of(events)[0].raw == b"00012611210834090062E8CD"


def test_k510_records_in_every_way_their_client_reads_them() -> None:
    events = hear_file("k510", golden("k510/records.txt"), FileStatement(wand="510"))
    assert errors_of(events) == []
    assert [record.time.civil for record in patrols(events)] == [
        moment("2026-11-21T08:34:09"),
        moment("2026-11-21T08:35:00"),
        None,
    ]
    last = patrols(events)[-1]
    assert last.flags == {RecordFlag.TIME_IMPOSSIBLE}
    assert last.raw.endswith(b"00AFCD13\0\0\0")
