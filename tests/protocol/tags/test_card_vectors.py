"""Every public EM4100, ISO 14443A, ISO 15693 and Wiegand-26 tag: values, prints, refusals."""

from typing import Any

import pytest

from tests.support.golden_tags import candidates, name_of, rows
from watchclock_protocol.tags import em4100, iso14443a, iso15693
from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagError,
    TagFrameError,
    TagIncompleteError,
    TagLengthError,
    TagRandomError,
    TagSerialZeroError,
)
from watchclock_protocol.tags.matching import matches
from watchclock_protocol.tags.notations import printed_forms, read_tag
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

EM_FORMS = {
    "dez8": "em4100_dez8",
    "dez10": "em4100_dez10",
    "dez5_5": "em4100_dez5_5",
    "dez3_5a": "em4100_dez3_5a",
    "dez3_5b": "em4100_dez3_5b",
    "dez3_5c": "em4100_dez3_5c",
    "dez13": "em4100_dez13",
    "ik2": "em4100_ik2",
    "ik3": "em4100_ik3",
    "zk": "em4100_zk",
    "unique_hex": "em4100_unique_hex",
    "paxton": "em4100_paxton",
    "h10_reversed_bytes": "em4100_reversed_hex",
    "dez10_reversed_bytes": "em4100_dez10_reversed",
    "as_shown_13": "em4100_dez13",
    "as_shown_8": "em4100_dez3_5_glued",
}
BAD_FRAMES = {
    "row_parity": "the parity of a row does not hold",
    "column_parity": "the parity of a column does not hold",
    "header": "it does not begin with nine ones",
    "stop": "it does not end with a zero",
}


def tag(technology: TagTechnology, digits: str) -> TagId:
    return TagId(technology, bytes.fromhex(digits))


@pytest.mark.parametrize("row", rows("em4100"), ids=name_of)
def test_an_em4100_frame_holds_its_identity_both_ways(row: dict[str, Any]) -> None:
    whole, frame = tag(TagTechnology.EM4100, row["tag_id"]), bytes.fromhex(row["raw64"])
    assert em4100.from_frame(frame) == whole
    assert em4100.frame_of(whole.octets) == frame
    assert read_tag(row["raw64"]).tag == whole


def test_a_longer_format_that_begins_like_a_frame_is_refused() -> None:
    [row] = [row for row in rows("em4100") if row["id"] == "EM011"]
    frame = bytes.fromhex(row["raw64"])
    assert em4100.from_signal(frame + frame[:2]) == tag(TagTechnology.EM4100, row["tag_id"])
    for following in (b"", b"\xff", b"\xff\x00", b"\x12\x34"):
        with pytest.raises(TagFrameError):
            em4100.from_signal(frame + following)


@pytest.mark.parametrize("row", rows("em4100"), ids=name_of)
def test_an_em4100_is_printed_in_every_form_and_read_again(row: dict[str, Any]) -> None:
    whole = tag(TagTechnology.EM4100, row["tag_id"])
    forms = printed_forms(whole)
    for name, form in (row["forms"] | row["printed_in_source"]).items():
        notation = EM_FORMS[name]
        # One source prints the thirteen digits with twelve; the zero is added and said.
        written = form.zfill(13) if name == "as_shown_13" else form.replace(".", ",")
        assert forms[notation] == written
        again = read_tag(form, notation=notation)
        assert matches(again.tag, whole)
        assert printed_forms(again.tag).get(notation, written) == written


@pytest.mark.parametrize(
    "row", [row for row in rows("em4100") if "rdm630_frame_hex" in row], ids=name_of
)
def test_an_rdm6300_frame_holds_the_identity_and_its_sum(row: dict[str, Any]) -> None:
    whole, frame = tag(TagTechnology.EM4100, row["tag_id"]), row["rdm630_frame_hex"]
    digits = bytes.fromhex(frame)[1:-1].decode()
    assert read_tag(frame).tag == whole
    assert em4100.rdm6300_of(whole.octets).hex().upper() == frame
    assert digits[-2:] == row["rdm630_checksum"]
    assert read_tag(digits, notation="rdm6300_digits").tag == whole
    wrong = f"{digits[:-2]}{int(digits[-2:], 16) ^ 1:02X}"
    with pytest.raises(TagCheckSumError):
        read_tag(wrong, notation="rdm6300_digits")


@pytest.mark.parametrize("row", rows("em4100", "invalid_frames"), ids=name_of)
def test_a_bad_em4100_frame_is_refused_for_what_is_wrong(row: dict[str, Any]) -> None:
    frame = bytes.fromhex(row["raw64"])
    if row["expect"] == "not detectable":
        assert em4100.from_frame(frame) == tag(TagTechnology.EM4100, row["decoded"])
        return
    with pytest.raises(TagFrameError) as refusal:
        em4100.from_frame(frame)
    expected = row["decoder_says"] if row["expect"] == "reject" else row["expect"]
    assert refusal.value.details["reason"] == BAD_FRAMES[expected]
    with pytest.raises(TagError):
        read_tag(row["raw64"])


@pytest.mark.parametrize("row", rows("em4100", "printed_ambiguity"), ids=name_of)
def test_a_print_that_can_be_read_in_several_ways_is_never_guessed(row: dict[str, Any]) -> None:
    found = candidates(row["printed"])
    assert len(found) > 1
    told = {each.octets.hex().upper() for each in found.values()}
    wanted = {reading.rpartition("-> ")[2] for reading in row.get("readings", [])}
    assert wanted <= told


def test_ten_digits_that_begin_with_two_zeros_can_be_a_padded_eight() -> None:
    found = candidates("0007302202")
    assert found["em4100_dez8_padded"] == tag(TagTechnology.EM4100, "6F6C3A")
    assert found["em4100_dez10"] == tag(TagTechnology.EM4100, "006F6C3A")


@pytest.mark.parametrize("row", rows("iso14443a"), ids=name_of)
def test_an_iso_14443a_uid_has_its_levels_and_check_bytes(row: dict[str, Any]) -> None:
    uid = bytes.fromhex(row["uid"])
    levels = [bytes.fromhex(level) for level in row["anticollision"]]
    assert len(uid) == row["uid_len"]
    assert list(iso14443a.cascade_of(uid)) == levels
    assert [f"{level[-1]:02X}" for level in levels] == row["bcc"]
    if row["sak"]:
        saks = [int(sak, 16) for sak in row["sak"].split(",")]
        assert [iso14443a.is_incomplete_sak(sak) for sak in saks] == [
            index + 1 < len(levels) for index in range(len(saks))
        ]
    if row["random_id"]:
        with pytest.raises(TagRandomError):
            iso14443a.from_cascade(levels)
    else:
        assert iso14443a.from_cascade(levels).octets == uid


@pytest.mark.parametrize("row", rows("iso14443a"), ids=name_of)
def test_an_iso_14443a_uid_is_printed_in_both_orders(row: dict[str, Any]) -> None:
    whole = tag(TagTechnology.ISO14443A, row["uid"])
    forms = printed_forms(whole)
    numbers = [row["forms"]["uint32_msb_first"], row["forms"]["uint32_lsb_first"]]
    named = ["iso14443a_decimal", "iso14443a_decimal_reversed"]
    assert [forms.get(name) for name in named] == [n if n is None else str(n) for n in numbers]
    assert forms["iso14443a_reversed"] == row["forms"]["reversed_bytes"]
    if row["random_id"]:
        with pytest.raises(TagRandomError):
            read_tag(row["uid"])
    else:
        names = ("iso14443a_uid", "iso14443a_reversed", *(n for n in named if n in forms))
        assert {read_tag(forms[name], notation=name).tag for name in names} == {whole}
        assert whole in candidates(row["uid"]).values()


@pytest.mark.parametrize(
    "row", [row for row in rows("iso14443a") if row["atqa_wire_order"]], ids=name_of
)
def test_atqa_is_turned_by_newer_files_and_announces_the_length(row: dict[str, Any]) -> None:
    sent = bytes.fromhex(row["atqa_wire_order"])
    assert iso14443a.atqa_as_sent(sent, version=2) == sent
    assert iso14443a.atqa_as_sent(sent[::-1], version=3) == sent
    double = row["uid_len"] == 7
    assert (sent[0] >> 6 == 1) == double
    assert iso14443a.atqa_fits(sent, bytes.fromhex(row["uid"]))


@pytest.mark.parametrize("row", rows("iso14443a", "invalid_frames"), ids=name_of)
def test_a_bad_cascade_level_is_refused_for_what_is_wrong(row: dict[str, Any]) -> None:
    refusals = {"bcc_error": TagCheckSumError, "incomplete_uid": TagIncompleteError}
    with pytest.raises(refusals[row["expect"]]) as refusal:
        read_tag(row["cascade_frame"], notation="iso14443a_cascade")
    assert row["cascade_frame"][:8] in str(refusal.value)


@pytest.mark.parametrize("row", rows("iso15693"), ids=name_of)
def test_an_iso_15693_uid_is_read_in_both_orders_with_a_note(row: dict[str, Any]) -> None:
    whole = tag(TagTechnology.ISO15693, row["uid"])
    straight, turned = read_tag(row["uid"]), read_tag(row["reversed_bytes"])
    assert straight.tag == turned.tag == whole
    assert TagNote.ORDER_TURNED not in straight.notes
    assert TagNote.ORDER_TURNED in turned.notes
    assert printed_forms(whole)["iso15693_reversed"] == row["reversed_bytes"]
    unknown = int(row["maker_code"], 16) not in iso15693.MAKERS
    assert (TagNote.MAKER_UNLISTED in straight.notes) == unknown
    on_air = row.get("inventory_answer_on_air", printed_forms(whole)["iso15693_inventory"])
    assert read_tag(on_air).tag == whole
    assert printed_forms(whole)["iso15693_inventory"][4:-4] == row["reversed_bytes"]


def test_the_crc_of_an_answer_on_the_air_is_checked() -> None:
    [row] = [row for row in rows("iso15693") if "inventory_answer_on_air" in row]
    with pytest.raises(TagCheckSumError):
        read_tag(row["inventory_answer_on_air"][:-1] + "0")


@pytest.mark.parametrize("row", rows("iso15693", "invalid"), ids=name_of)
def test_a_bad_iso_15693_uid_is_refused_or_turned(row: dict[str, Any]) -> None:
    refusals: dict[str, type[TagError]] = {
        "length_error": TagLengthError,
        "reject_zero_serial": TagSerialZeroError,
    }
    if row["expect"] == "reversed_accept_with_note":
        reading = read_tag(row["input"])
        assert reading.tag == tag(TagTechnology.ISO15693, row["made_from"])
        assert TagNote.ORDER_TURNED in reading.notes
        return
    with pytest.raises(refusals[row["expect"]]):
        read_tag(row["input"], notation="iso15693_uid")


@pytest.mark.parametrize("row", rows("wiegand26"), ids=name_of)
def test_a_wiegand_frame_holds_facility_card_and_parities(row: dict[str, Any]) -> None:
    whole = tag(TagTechnology.WIEGAND26, row["data24_hex"])
    forms = printed_forms(whole)
    assert whole.octets == bytes([row["facility"]]) + row["card"].to_bytes(2)
    assert forms["wiegand26"] == row["weg24"]
    assert forms["wiegand26_bits"] == row["bits26"]
    assert forms["wiegand26_bits_hex"] == row["bits26_hex"]
    assert forms["wiegand26_hid"] == row["hid_prox_raw"]
    assert {read_tag(form, notation=name).tag for name, form in forms.items()} == {whole}
    card = read_tag(row["dez8"], notation="em4100_dez8").tag
    assert matches(card, whole)
    for position in (0, 25):
        flipped = f"{int(row['bits26'], 2) ^ 1 << position:026b}"
        with pytest.raises(TagFrameError):
            read_tag(flipped)
