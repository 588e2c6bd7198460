"""Whatever is pasted is either a tag, read as it was printed, or refused with a stable code."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.any_tags import partial_tags, roms, tags, whole_tags
from tests.support.golden_tags import candidates
from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.errors import CodedError
from watchclock_protocol.tags.errors import (
    TagAmbiguousError,
    TagEmptyError,
    TagError,
    TagIncompleteError,
    TagLengthError,
    TagLetterError,
    TagLookAlikeError,
    TagNotationError,
    TagNotationUnknownError,
    TagRandomError,
    TagSpreadsheetError,
)
from watchclock_protocol.tags.ibutton import notes_of
from watchclock_protocol.tags.matching import matches
from watchclock_protocol.tags.notations import ALIASES, NOTATIONS, printed_forms, read_tag
from watchclock_protocol.tags.pasted import cut
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

DIGITS = "0123456789ABCDEFabcdef"
CARRYING_ALL = {
    "ibutton_wire",
    "ibutton_crc_first",
    "ibutton_engraved",
    "ibutton_serial_high_crc",
    "owfs_f_i_c",
    "owfs_f_ic",
    "owfs_fi_c",
    "owfs_f_i",
    "owfs_r_f",
    "ibutton_family_serial_low",
    "ibutton_family_serial_high",
    "linux_w1",
    "stored",
}


@given(tags())
def test_every_print_is_read_as_a_tag_that_matches_and_prints_the_same(tag: TagId) -> None:
    for name, form in printed_forms(tag).items():
        try:
            again = read_tag(form, notation=name)
        except TagError:
            # Only the low bytes that this notation carries are all zeros or all ones.
            assert name not in CARRYING_ALL
            continue
        assert matches(again.tag, tag)
        assert printed_forms(again.tag).get(name, form) == form


@given(roms())
def test_every_whole_print_of_a_button_gives_the_whole_button_back(tag: TagId) -> None:
    forms = printed_forms(tag)
    assert set(forms) >= CARRYING_ALL
    assert {read_tag(forms[name], notation=name).tag for name in CARRYING_ALL} == {tag}


@given(roms() | whole_tags())
def test_without_a_notation_the_tag_is_found_or_among_the_candidates(tag: TagId) -> None:
    # Where two orders hold, a listed family decides; so an unlisted one can be read otherwise.
    assume(TagNote.FAMILY_UNLISTED not in notes_of(tag))
    for name, form in printed_forms(tag).items():
        notation = NOTATIONS.get(name)
        if notation is not None and not notation.may_be(cut(form)):
            continue
        try:
            found = candidates(form)
        except TagError:
            assert name not in CARRYING_ALL
            continue
        # A frame of 24 proven bits outranks the eight of a ROM; nothing else reads it otherwise.
        assert any(matches(each, tag) for each in found.values()) or "em4100_frame" in found


@given(st.text() | st.text(DIGITS + " .,:-_/x", max_size=40) | st.text(DIGITS, max_size=30))
def test_any_text_is_a_tag_or_a_coded_refusal(text: str) -> None:
    for name in (None, *NOTATIONS, "stored"):
        try:
            tag = read_tag(text, notation=name).tag
        except CodedError as error:
            said = f"{error.code} {error.advice}"
        else:
            assert TagId.parse(str(tag)) == tag
            said = str(tag)
        assert said.startswith(("tag.", *TagTechnology))


@given(partial_tags())
def test_a_partial_tag_is_said_to_be_partial(tag: TagId) -> None:
    assert TagNote.PARTIAL in read_tag(str(tag)).notes


@pytest.mark.parametrize(
    ("text", "position", "digit", "offer"),
    [
        ("01E0A72C0100OOBF", 13, "0", "01E0A72C010000BF"),
        ("01Е0A72C010000BF", 3, "E", "01E0A72C010000BF"),
        ("  01e0a72с010000bf", 10, "c", "01e0a72c010000bf"),
        ("０１E0A72C010000BF", 1, "0", "01E0A72C010000BF"),
        ("118，01603", 4, ",", "118,01603"),
        ("l18,01603", 1, "1", "118,01603"),
    ],
)
def test_a_look_alike_is_named_with_its_place_and_its_repair_only_offered(
    text: str, position: int, digit: str, offer: str
) -> None:
    with pytest.raises(TagLookAlikeError) as refusal:
        read_tag(text)
    assert refusal.value.details["position"] == position
    assert refusal.value.details["digit"] == digit
    assert refusal.value.details["offer"] == offer
    assert candidates(offer)


@pytest.mark.parametrize(("text", "position"), [("01G0", 3), (" DS1990A-F5", 3), ("12巡", 3)])
def test_any_other_letter_is_named_with_its_place(text: str, position: int) -> None:
    with pytest.raises(TagLetterError) as refusal:
        read_tag(text)
    assert refusal.value.details["position"] == position
    assert not isinstance(refusal.value, TagLookAlikeError)


@pytest.mark.parametrize("text", ["4.128E+15", "4,128E+15", "41280021E+8", "7302202123.0"])
def test_what_a_spreadsheet_shortened_is_refused(text: str) -> None:
    with pytest.raises(TagSpreadsheetError):
        read_tag(text)


def test_digits_with_an_e_among_them_are_no_spreadsheets_doing() -> None:
    assert candidates("28.123456789E12")["owfs_f_i"].octets[:7].hex() == "28123456789e12"


@pytest.mark.parametrize("text", ["", "  ", "--", "\u3000"])
def test_nothing_is_no_tag(text: str) -> None:
    with pytest.raises(TagEmptyError):
        read_tag(text)


def test_blanks_and_quotation_marks_around_a_tag_do_not_matter() -> None:
    assert read_tag(' "01EB450D030000AE"\n').tag == read_tag("01EB450D030000AE").tag


@pytest.mark.parametrize(
    "text",
    [
        "{0x01, 0xEB, 0x45, 0x0D, 0x03, 0x00, 0x00, 0xAE}",
        r"\x01\xEB\x45\x0D\x03\x00\x00\xAE",
        "01:eb:45:0d:03:00:00:ae",
        "01-EB-45-0D-03-00-00-AE",
        "0x01eb450d030000ae",
        "[1, 0xEB, 45, D, 3, 0, 0, AE]",
    ],
)
def test_bytes_are_read_as_programs_write_them(text: str) -> None:
    assert str(read_tag(text).tag) == "ibutton:01EB450D030000AE"


def test_a_random_card_is_not_taken_for_another_in_the_turned_order() -> None:
    with pytest.raises(TagRandomError):
        read_tag("08AABBCC")
    with pytest.raises(TagIncompleteError):
        read_tag("88AABBCC")


def test_a_card_that_would_be_random_in_the_turned_order_is_no_phone() -> None:
    assert candidates("CCBBAA08") == {"iso14443a_uid": TagId.parse("iso14443a:CCBBAA08")}


def test_a_printed_number_that_begins_like_a_random_card_can_still_be_another_tag() -> None:
    found = candidates("08123456")
    assert found["em4100_dez8"] == TagId.parse("em4100:7BF440")
    assert "iso14443a_uid" not in found


def test_a_rom_whose_check_sum_is_e0_is_no_vicinity_card_and_the_other_way_round() -> None:
    rom = "01980100000000E0"
    assert crc8_maxim(bytes.fromhex(rom)) == 0
    assert candidates(rom) == {"ibutton_wire": TagId.parse(f"ibutton:{rom}")}
    card = "E06828E9B200308C"
    assert set(candidates(card)) == {"ibutton_wire", "iso15693_uid"}


def test_an_unknown_notation_is_refused_and_the_known_ones_are_told() -> None:
    with pytest.raises(TagNotationUnknownError) as refusal:
        read_tag("01EB450D030000AE", notation="morse")
    assert "ibutton_wire" in refusal.value.advice


def test_every_alias_names_a_notation() -> None:
    assert set(ALIASES.values()) <= set(NOTATIONS)
    assert not set(ALIASES) & set(NOTATIONS)


@pytest.mark.parametrize(
    ("text", "notation", "refusal"),
    [
        ("12AB", "em4100_dez8", TagNotationError),
        ("99999999", "em4100_dez8", TagNotationError),
        ("999,00001", "em4100_dez3_5c", TagNotationError),
        ("0573785173 051,17494", "em4100_card", TagNotationError),
        ("01EB", "stored", TagNotationError),
        ("ibutton:01EB450D0300", "ibutton_wire", TagLetterError),
        ("ibutton:01EB450D030", None, TagLengthError),
        ("ibutton:01EB450D030000", None, TagLengthError),
        ("2006EC0C86", "wiegand26_bits_hex", TagLengthError),
        ("1111111111", "wiegand26_hid", TagNotationError),
    ],
)
def test_a_text_that_does_not_fit_its_notation_is_refused(
    text: str, notation: str | None, refusal: type[TagError]
) -> None:
    with pytest.raises(refusal):
        read_tag(text, notation=notation)


def test_a_cards_two_numbers_prove_each_other() -> None:
    reading = read_tag("0573785173 051,17493")
    assert reading.tag == TagId(TagTechnology.EM4100, bytes.fromhex("22334455"))
    assert reading.is_proven


def test_the_import_profile_decides_where_the_text_cannot() -> None:
    assert len(candidates("010000030D45EB")) == 3
    read = read_tag("010000030D45EB", preferred=["ibutton_family_serial_high"])
    assert read.tag == read_tag("01EB450D030000AE").tag
    assert TagNote.CHECK_SUM_COMPUTED in read.notes


def test_lost_leading_zeros_are_added_only_where_the_notation_is_known() -> None:
    read = read_tag("7302202", notation="em4100_dez8")
    assert read.tag == TagId(TagTechnology.EM4100, bytes.fromhex("6F6C3A"))
    assert TagNote.LEADING_ZEROS_ADDED in read.notes
    with pytest.raises(TagAmbiguousError):
        read_tag("7302202")


def test_a_family_for_customers_and_unique_ware_are_said() -> None:
    notes = read_tag("81112233445566", notation="ibutton_family_serial_low").notes
    assert TagNote.FAMILY_CUSTOM in notes
    ware = read_tag("8911223344755E", notation="ibutton_family_serial_low").notes
    assert TagNote.UNIQUE_WARE in ware
