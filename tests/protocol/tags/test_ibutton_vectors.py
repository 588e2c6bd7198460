"""Every public iButton identity: its ROM, its notations, and what must not be taken for one."""

from typing import Any

import pytest

from tests.support.golden_tags import candidates, name_of, rows
from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.tags.errors import (
    TagAmbiguousError,
    TagCheckSumError,
    TagEmptyError,
    TagError,
    TagFamilyZeroError,
    TagLengthError,
    TagLetterError,
    TagNobodyError,
    TagSerialZeroError,
    TagShortedError,
    TagSpreadsheetError,
)
from watchclock_protocol.tags.ibutton import FAMILIES
from watchclock_protocol.tags.matching import matches
from watchclock_protocol.tags.notations import common_notation, printed_forms, read_tag
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

FORMS = {
    "wire": "ibutton_wire",
    "crc_first": "ibutton_crc_first",
    "owfs": "owfs_f_i",
    "owfs_crc": "owfs_f_i_c",
    "owfs_r": "owfs_r_f",
    "linux_w1": "linux_w1",
    "serial_dec": "ibutton_serial_decimal",
}
PRINTED_ORDERS = {"family_first": "ibutton_wire", "crc_first": "ibutton_crc_first"}
REFUSALS: dict[str, tuple[type[TagError], ...]] = {
    "crc_error": (TagCheckSumError,),
    "length_error": (TagLengthError,),
    "charset_error": (TagLetterError,),
    "not_an_id": (TagLetterError, TagLengthError, TagEmptyError, TagSpreadsheetError),
    "reject_all_zero": (TagShortedError,),
    "reject_family_zero": (TagFamilyZeroError,),
    "reject_serial_zero": (TagSerialZeroError,),
    "reject_all_ones": (TagNobodyError,),
}
NOTATIONS = {
    "owfs f.i": "owfs_f_i",
    "owfs fic": "owfs_fic",
    "owfs f.ic": "owfs_f_ic",
    "owfs fi.c": "owfs_fi_c",
    "owfs f.i.c": "owfs_f_i_c",
    "owfs fi": "owfs_fi",
    "wedge S1": "wedge_s1",
    "wedge S2": "wedge_s2",
    "wedge S3": "wedge_s3",
    "wedge S4": "wedge_s4",
    "wedge S5": "wedge_s5",
    "engraved can": "ibutton_engraved",
    "Linux w1": "linux_w1",
    "Arduino": "arduino",
    "number, family first": "ibutton_wire",
    "C array": "ibutton_wire",
    "sigrok": "ibutton_crc_first",
    "CRC first": "ibutton_crc_first",
    "family, serial high first, CRC last": "galileosky",
    "Ruptela": "ruptela",
    "Cellocator": "cellocator",
    "JWM WM-5000T": "jwm_wm5000t",
}


def whole(rom: str) -> TagId:
    return TagId(TagTechnology.IBUTTON, bytes.fromhex(rom))


def notation_of(row: dict[str, Any]) -> str:
    """The name of the longest beginning of the row's own words that we know."""
    known = [words for words in NOTATIONS if row["notation"].startswith(words)]
    return NOTATIONS[max(known, key=len)]


@pytest.mark.parametrize("row", rows("ibutton_rom_valid"), ids=name_of)
def test_a_rom_holds_its_check_sum_and_is_printed_in_every_notation(row: dict[str, Any]) -> None:
    tag = whole(row["rom"])
    forms = printed_forms(tag)
    assert crc8_maxim(tag.octets) == 0
    assert {ours: forms[ours] for ours in FORMS.values()} == {
        FORMS[name]: str(form) for name, form in row["forms"].items()
    }
    assert {read_tag(form, notation=name).tag for name, form in forms.items()} >= {tag}


@pytest.mark.parametrize("row", rows("ibutton_rom_valid"), ids=name_of)
def test_a_rom_is_read_as_its_source_prints_it(row: dict[str, Any]) -> None:
    tag, order = whole(row["rom"]), PRINTED_ORDERS[row["printed_order"]]
    order = {0: order, 1: "owfs_f_ic", 2: "owfs_f_i_c"}[row["as_printed"].count(".")]
    assert read_tag(row["as_printed"], notation=order).tag == tag
    assert tag in candidates(row["as_printed"]).values()
    assert read_tag(row["as_printed"], preferred=[order]).tag == tag


@pytest.mark.parametrize("row", rows("ibutton_rom_valid"), ids=name_of)
def test_a_family_is_known_or_warned_of_and_never_refused(row: dict[str, Any]) -> None:
    family, notes = int(row["family"], 16), read_tag(row["rom"], notation="ibutton_wire").notes
    assert (TagNote.FAMILY_UNLISTED in notes) == (family not in FAMILIES)
    assert (family in FAMILIES and FAMILIES[family].is_button) == row["ibutton_can_family"]


def test_almost_every_rom_is_read_without_naming_the_order() -> None:
    ambiguous = [
        row for row in rows("ibutton_rom_valid") if len(candidates(row["as_printed"])) > 1
    ]
    assert len(ambiguous) <= 1


@pytest.mark.parametrize("row", rows("ibutton_rom_invalid"), ids=name_of)
def test_a_wrong_input_is_refused_for_what_is_wrong(row: dict[str, Any]) -> None:
    if row["expect"] == "warn_serial_all_ones":
        assert TagNote.SERIAL_ALL_ONES in read_tag(row["input"]).notes
        return
    if row["expect"] == "accept_after_trim":
        assert read_tag(row["input"]).tag == whole(row["made_from"])
        return
    with pytest.raises(TagError) as refusal:
        read_tag(row["input"])
    assert isinstance(refusal.value, REFUSALS[row["expect"]])


@pytest.mark.parametrize("row", rows("ibutton_rom_invalid", "public_wrong"), ids=name_of)
def test_wrong_ids_found_in_public_are_refused_and_told_what_would_be_right(
    row: dict[str, Any],
) -> None:
    with pytest.raises(TagError) as refusal:
        read_tag(row["input"])
    assert isinstance(refusal.value, REFUSALS[row["expect"]])
    assert refusal.value.details.get("right") == row.get("right_crc_if_family_first")


@pytest.mark.parametrize("row", rows("ibutton_rom_invalid", "undetectable"), ids=name_of)
def test_what_no_check_sum_can_see_is_left_to_the_register(row: dict[str, Any]) -> None:
    one, other = whole(row["a"]), whole(row["b"])
    assert crc8_maxim(one.octets) == crc8_maxim(other.octets) == 0
    assert not matches(one, other)
    low = TagId(TagTechnology.IBUTTON, one.octets[3:0:-1])
    same_low_bytes = one.octets[1:4] == other.octets[1:4]
    assert matches(low, one)
    assert matches(low, other) == same_low_bytes
    turned = other.octets == one.octets[::-1]
    assert (set(candidates(row["a"]).values()) == {one, other}) == turned


def test_the_order_of_the_whole_file_decides_where_one_id_cannot() -> None:
    with pytest.raises(TagAmbiguousError):
        read_tag("0111C37441000001")
    order = common_notation(["0111C37441000001", "AE0000030D45EB01", "not a tag"])
    assert order == "ibutton_crc_first"
    assert read_tag("0111C37441000001", preferred=[order]).tag == whole("0100004174C31101")


@pytest.mark.parametrize("row", rows("ibutton_notations"), ids=name_of)
def test_a_printed_notation_means_what_its_source_says(row: dict[str, Any]) -> None:
    reading = read_tag(row["input"], notation=notation_of(row))
    if row["rom"] is not None:
        assert reading.tag == whole(row["rom"])
        assert reading.tag in candidates(row["input"]).values()
        return
    known = row["partial"]
    low_first = known.get("serial_lsb_first") or known["serial_low_bytes_lsb_first"]
    assert reading.tag.octets[::-1] == bytes.fromhex(low_first)
    assert TagNote.PARTIAL in reading.notes
    assert reading.tag in candidates(row["input"]).values()
