"""Key files of a Flipper are read for enrolment; what is wrong in them is reported."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.golden_tags import name_of, rows
from watchclock_protocol.errors import CodedError
from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagFileError,
    TagFileKindError,
    TagNobodyError,
    TagRandomError,
)
from watchclock_protocol.tags.flipper import read_flipper
from watchclock_protocol.tags.reading import TagNote
from watchclock_protocol.values import TagId, TagTechnology

BUTTON = "Filetype: Flipper iButton key\nVersion: 2\n"
RADIO = "Filetype: Flipper RFID key\nVersion: 1\n"
CARD = "Filetype: Flipper NFC device\nVersion: 4\n"


@pytest.mark.parametrize("row", rows("ibutton_notations", "ibtn_files"), ids=name_of)
def test_a_public_button_file_means_what_its_row_says(row: dict[str, Any]) -> None:
    data, means = row["file_text"].encode(), row["means"]
    if row["crc_ok"] is False:
        with pytest.raises(TagCheckSumError):
            read_flipper(data)
        return
    reading = read_flipper(data)
    digits = "".join(row["file_text"].splitlines()[-1].partition(":")[2].split())
    technology = {"Cyfral": TagTechnology.CYFRAL, "Metakom": TagTechnology.METAKOM}.get(
        means.split()[0].rstrip(","), TagTechnology.IBUTTON
    )
    assert reading.tag == TagId(technology, bytes.fromhex(digits))
    assert (TagNote.MIXED_KEYS in reading.notes) == ("mixed keys" in means)
    assert (TagNote.PARITY_WRONG in reading.notes) == ("fails" in means)


@pytest.mark.parametrize("kind", ["EM4100", "EM4100/32"])
def test_an_em4100_file_is_read(kind: str) -> None:
    reading = read_flipper(f"{RADIO}Key type: {kind}\nData: 01 02 6F 6C 3A\n".encode())
    assert reading.tag == TagId.parse("em4100:01026F6C3A")
    assert reading.notation == "flipper_rfid"


def test_an_h10301_file_is_a_wiegand_card() -> None:
    reading = read_flipper(f"{RADIO}Key type: H10301\nData: 76 06 43\n".encode())
    assert reading.tag == TagId.parse("wiegand26:760643")


def test_a_card_file_is_read_with_its_atqa_in_the_order_of_its_version() -> None:
    body = "Device type: NTAG213\nUID: 04 D9 65 0A 32 5E 80\nATQA: {}\nSAK: 00\n"
    for version, atqa, is_doubtful in ((2, "44 00", 0), (4, "00 44", 0), (4, "44 00", 1)):
        head = f"Filetype: Flipper NFC device\nVersion: {version}\n"
        reading = read_flipper((head + body.format(atqa)).encode())
        assert reading.tag == TagId.parse("iso14443a:04D9650A325E80")
        assert (TagNote.ATQA_DISAGREES in reading.notes) == bool(is_doubtful)


def test_a_vicinity_card_file_is_an_iso_15693_tag() -> None:
    data = f"{CARD}Device type: ISO15693-3\nUID: E0 07 80 98 3E 79 60 83\n".encode()
    assert read_flipper(data).tag == TagId.parse("iso15693:E00780983E796083")


def test_a_random_card_is_refused_from_a_file_too() -> None:
    with pytest.raises(TagRandomError):
        read_flipper(f"{CARD}Device type: UID\nUID: 08 D8 33 66\n".encode())


@pytest.mark.parametrize(
    "data",
    [
        f"{RADIO}Key type: HIDProx\nData: 00 00\n",
        f"{CARD}Device type: FeliCa\nUID: 01 02\n",
        f"{BUTTON}Protocol: Unheard\nData: 01\n",
    ],
)
def test_a_kind_that_no_wand_reads_is_named(data: str) -> None:
    with pytest.raises(TagFileKindError):
        read_flipper(data.encode())


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\xff\xfe\x00", 1),
        (b"", 1),
        (b"Filetype: Flipper SubGhz Key File\n", 1),
        (BUTTON.encode(), 1),
        (f"{BUTTON}Protocol: DS1990\nRom Data: 01 XX\n".encode(), 4),
        (f"{BUTTON}Protocol: DS1990\nRom Data: 01 02\n".encode(), 4),
        (f"{BUTTON}Protocol: DS1990\nRom Data: 01 02 03 04 05 06 07 1FF\n".encode(), 4),
        (f"{BUTTON}Protocol: Cyfral\nData: 01 02 03\n".encode(), 4),
        (b"Filetype: Flipper iButton key\nVersion: two\n", 2),
    ],
)
def test_a_file_that_cannot_be_used_names_its_line(data: bytes, line: int) -> None:
    with pytest.raises(TagFileError) as refusal:
        read_flipper(data)
    assert refusal.value.details["line"] == line


def test_an_empty_button_is_no_check_sum_error() -> None:
    with pytest.raises(TagNobodyError):
        read_flipper(f"{BUTTON}Protocol: DS1990\nRom Data: {'FF ' * 8}\n".encode())


@given(st.binary() | st.text().map(lambda text: (BUTTON + text).encode("utf-8", "replace")))
def test_any_file_is_a_tag_or_a_coded_refusal(data: bytes) -> None:
    try:
        said = str(read_flipper(data).tag)
    except CodedError as error:
        said = error.code
    assert said.startswith(("tag.", *TagTechnology))
