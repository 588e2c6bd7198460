"""Lines that are read, flagged or refused, each with its place; nothing is ever corrected."""

import pytest

from tests.support import by_hand_files as by_hand
from tests.support.heard_files import errors_of, hear_file, patrols, records_of, systems
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import LineError
from watchclock_protocol.files import Charset, FileStatement
from watchclock_protocol.pseudo_tags import PSEUDO_TAGS, event_of
from watchclock_protocol.records import RecordFlag
from watchclock_protocol.values import TagTechnology

REFUSED = {
    "jwm_z": {
        "a tag a spreadsheet shortened": by_hand.jwm_z(site="4.128E+15"),
        "a tag with a comma as decimal point": by_hand.jwm_z(site="4,128E+15"),
        "a tag that lost a zero": by_hand.jwm_z(site="0AFCD11"),
        "a tag with a Cyrillic letter": by_hand.jwm_z(site="00АFCD11"),
        "a tag with the letter O": by_hand.jwm_z(site="O0AFCD11"),
        "no tag": by_hand.jwm_z(site=""),
        "a guard that is no number": by_hand.jwm_z(guard="x"),
        "a kind that is no number": by_hand.jwm_z(kind="-2"),
        "a kind no maker can mean": by_hand.jwm_z(kind="4294967296"),
        "a time with dashes": by_hand.jwm_z(time="26-11-21 083"),
        "a content without brackets": by_hand.jwm_z().replace("()", ""),
        "a device without type": by_hand.jwm_z(device="1001"),
        "fields between commas": by_hand.jwm_z().replace("\t", ","),
        "a heading": "Type\tRoute\tGuard",
    },
    "wm_web_usb": {
        "a wand that is no number": by_hand.wm_web_usb(wand="a b"),
        "a time too short": by_hand.wm_web_usb(time="202611210834"),
        "one field": "000000AFCD11",
        "four fields": by_hand.wm_web_usb() + ",1",
        "an empty tag": by_hand.wm_web_usb(tag=""),
        "a line cut off": by_hand.wm_web_usb()[:16],
    },
    "fycomm": {
        "no card": by_hand.fycomm(card=""),
        "a card a spreadsheet shortened": by_hand.fycomm(card="6.28E+05"),
        "spaces": by_hand.fycomm().replace("0062", " 0062"),
    },
    "k510": {
        "a number of four digits": by_hand.k510()[1:],
        "a time without colons": by_hand.k510(time="261121083409"),
        "no card": by_hand.k510(card=""),
        "two fields": "00001,00AFCD11",
    },
}
CASES = [(name, case) for name, cases in REFUSED.items() for case in cases]


@pytest.mark.parametrize(("name", "case"), CASES, ids=str)
def test_a_line_that_is_no_record_is_refused_with_its_place_and_stops_no_other(
    name: str, case: str
) -> None:
    good, bad = by_hand.ONE_LINE[name], REFUSED[name][case]
    events = hear_file(name, by_hand.text_of(good, bad, good))
    (error,) = errors_of(events)
    assert error.code == "protocol.line"
    assert error.details["line"] == 2
    assert error.details["offset"] == len(good) + 2
    assert isinstance(error, LineError)
    assert error.raw == bad.encode()
    assert len(patrols(events)) == 2


@pytest.mark.parametrize(
    ("name", "line", "what"),
    [
        ("jwm_z", by_hand.jwm_z(site="4.128E+15"), "tag to 4.128E+15"),
        ("jwm_z", by_hand.jwm_z(time="2.61121E+11"), "time to 2.61121E+11"),
        ("wm_web_usb", by_hand.wm_web_usb(time="2.02611E+13"), "time to 2.02611E+13"),
        ("fycomm", by_hand.fycomm(card="6.28E+05"), "tag to 6.28E+05"),
    ],
)
def test_what_a_spreadsheet_has_shortened_is_called_so(name: str, line: str, what: str) -> None:
    (error,) = errors_of(hear_file(name, by_hand.text_of(line)))
    assert f"a spreadsheet has shortened the {what}" in str(error)
    assert "spreadsheet" in error.advice


@pytest.mark.parametrize("name", by_hand.FORMATS)
def test_unix_line_ends_a_missing_last_one_and_blank_lines_change_nothing(name: str) -> None:
    line = by_hand.ONE_LINE[name].encode()
    data = b"\n" + line + b"\n\r\n  \n" + line
    events = hear_file(name, data)
    assert [record.raw for record in records_of(events)] == [line, line]
    assert errors_of(events) == []


def test_the_mark_of_a_dos_end_of_file_is_no_line() -> None:
    events = hear_file("k510", by_hand.text_of(by_hand.k510()) + b"\x1a")
    assert (len(records_of(events)), errors_of(events)) == (1, [])


def test_a_last_line_without_end_waits_for_its_rest_unless_the_size_is_stated() -> None:
    line = by_hand.k510().encode()
    assert records_of(find_dialect("k510").listener().received(line)) == []
    assert len(records_of(hear_file("k510", line))) == 1


def test_a_byte_order_mark_belongs_to_no_line_and_offsets_count_it() -> None:
    data = b"\xef\xbb\xbf" + by_hand.text_of(by_hand.k510(), "nonsense")
    events = hear_file("k510", data, FileStatement(charset=Charset.UTF_8))
    (error,) = errors_of(events)
    assert len(records_of(events)) == 1
    assert error.details["offset"] == data.index(b"nonsense")


@pytest.mark.parametrize(
    ("written", "charset", "is_read"),
    [
        ("gbk", Charset.GBK, True),
        ("gbk", Charset.UTF_8, False),
        ("gbk", Charset.ASCII, False),
        ("gbk", None, True),
        ("utf-8", Charset.UTF_8, True),
        ("utf-8", None, True),
    ],
)
def test_a_remark_is_read_in_the_stated_character_set_or_its_line_is_refused(
    written: str, charset: Charset | None, *, is_read: bool
) -> None:
    data = by_hand.text_of(by_hand.jwm_z(5, content="门已锁"), charset=written)
    events = hear_file("jwm_z", data, FileStatement(charset=charset))
    assert (len(records_of(events)), len(errors_of(events))) == ((1, 0) if is_read else (0, 1))
    assert all("no text in" in str(error) for error in errors_of(events))


def test_bytes_of_no_character_set_are_refused_not_replaced() -> None:
    data = by_hand.jwm_z(5, content="?").encode().replace(b"?", b"\xff\xff") + b"\n"
    (error,) = errors_of(hear_file("jwm_z", data))
    assert "any known character set" in str(error)


def test_a_line_too_long_is_refused_and_the_next_one_is_read() -> None:
    data = b"9" * 5000 + b"\n" + by_hand.text_of(by_hand.k510())
    events = hear_file("k510", data)
    (error,) = errors_of(events)
    assert "longer than 1024 bytes" in str(error)
    assert len(records_of(events)) == 1


@pytest.mark.parametrize("year", ["0001", "1969", "2080", "9999"])
def test_a_year_no_wand_can_mean_is_flagged_and_kept(year: str) -> None:
    line = by_hand.wm_web_usb(time=f"{year}0101000000")
    (record,) = patrols(hear_file("wm_web_usb", by_hand.text_of(line)))
    assert (record.time.civil, record.raw) == (None, line.encode())
    assert record.flags == {RecordFlag.TIME_IMPOSSIBLE}


def test_a_century_can_be_stated() -> None:
    line = by_hand.text_of(by_hand.fycomm(time="991231235959"))
    (in_1900,) = patrols(hear_file("fycomm", line, FileStatement(century=1900)))
    (in_2000,) = patrols(hear_file("fycomm", line))
    assert in_1900.time.civil is not None
    assert in_1900.time.civil.year == 1999
    assert in_2000.flags == {RecordFlag.TIME_IMPOSSIBLE}


def test_the_technology_of_the_tags_can_be_stated() -> None:
    statement = FileStatement(technology=TagTechnology.IBUTTON)
    (record,) = patrols(hear_file("wm_web_usb", by_hand.text_of(by_hand.wm_web_usb()), statement))
    assert str(record.tag) == "ibutton:0000AFCD11"


def test_a_tag_of_more_than_ten_digits_loses_none_of_them() -> None:
    lines = [by_hand.wm_web_usb(tag="0001020304050607"), by_hand.wm_web_usb(tag="00AFCD11")]
    events = hear_file("wm_web_usb", by_hand.text_of(*lines))
    assert [str(record.tag) for record in patrols(events)] == [
        "rfid:01020304050607",
        "rfid:00AFCD11",
    ]


def test_a_guard_that_fits_no_column_stays_in_the_raw_line_only() -> None:
    lines = [by_hand.jwm_z(guard=guard) for guard in ("0", "00000007", "FFFFFFFF")]
    records = patrols(hear_file("jwm_z", by_hand.text_of(*lines)))
    assert [record.guard_number for record in records] == [None, 7, None]
    assert b"FFFFFFFF" in records[-1].raw


@pytest.mark.parametrize("number", PSEUDO_TAGS)
@pytest.mark.parametrize("name", by_hand.FORMATS)
def test_a_pseudo_id_is_an_event_in_every_format(name: str, number: int) -> None:
    tag = f"{number:08X}"
    lines = {
        "jwm_z": by_hand.jwm_z(site=tag),
        "wm_web_usb": by_hand.wm_web_usb(tag=tag),
        "fycomm": by_hand.fycomm(card=tag),
        "k510": by_hand.k510(card=tag),
    }
    events = hear_file(name, by_hand.text_of(lines[name]))
    (record,) = systems(events)
    assert (record.code, record.meanings) == (number, (PSEUDO_TAGS[number],))
    assert patrols(events) == []


def test_an_id_that_only_ends_like_a_pseudo_id_is_a_tag() -> None:
    assert event_of(bytes.fromhex("0FA503")) == "impact"
    assert event_of(bytes.fromhex("010FA503")) is None
    assert event_of(bytes.fromhex("0FA50B")) is None
    assert event_of(b"") is None


@pytest.mark.parametrize("name", by_hand.FORMATS)
def test_a_tag_of_zeros_is_kept_and_flagged(name: str) -> None:
    lines = {
        "jwm_z": by_hand.jwm_z(site="00000000"),
        "wm_web_usb": by_hand.wm_web_usb(tag="0000000000"),
        "fycomm": by_hand.fycomm(card="00000000"),
        "k510": by_hand.k510(card="00000000"),
    }
    (record,) = patrols(hear_file(name, by_hand.text_of(lines[name])))
    assert record.flags == {RecordFlag.TAG_IMPOSSIBLE}
