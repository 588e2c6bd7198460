"""Records: the layout against the second encoder, on every value of every field."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from watchclock_protocol.dialects.vs.layouts import RECORD_FIELDS
from watchclock_protocol.dialects.vs.records import EVENTS, RECORDS, tag_field, tag_of
from watchclock_protocol.errors import ChecksumError, LayoutError
from watchclock_protocol.records import KnockRecord, PatrolRecord, RecordFlag, SystemRecord
from watchclock_protocol.values import TagId, TagTechnology

LAST_S = 3_155_759_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One value for every field but the battery."""

    sequence: int
    kind: int
    code: int
    guard: int
    time_s: int
    subject: bytes
    status: int

    def record(self) -> bytes:
        return by_hand_vs.record(
            self.sequence,
            self.kind,
            self.code,
            guard=self.guard,
            time_s=self.time_s,
            subject=self.subject,
            status=self.status,
        )


OCTET = st.integers(0, 255)
NUMBER = st.integers(0, 0xFFFFFFFF)
FIELDS = st.builds(
    Fields,
    sequence=NUMBER,
    kind=st.integers(0, 6) | OCTET,
    code=st.integers(0, 22) | OCTET,
    guard=st.integers(0, 0xFFFF),
    time_s=NUMBER,
    subject=st.binary(min_size=8, max_size=8),
    status=OCTET,
)


@given(FIELDS)
def test_a_record_is_built_as_the_second_encoder_builds_it(fields: Fields) -> None:
    built = RECORD_FIELDS.build(
        {
            "sequence": fields.sequence,
            "kind": fields.kind,
            "code": fields.code,
            "guard_number": fields.guard,
            "time": fields.time_s.to_bytes(4, "little"),
            "subject": fields.subject,
            "voltage_mv": 3870,
            "status": fields.status,
        }
    )
    assert built == fields.record()


@given(FIELDS)
def test_every_doubt_is_flagged(fields: Fields) -> None:
    record = RECORDS.decode(fields.record())
    known = {1: range(1, 6), 2: range(256)}.get(
        fields.kind, [code for kind, code in EVENTS if kind == fields.kind]
    )
    assert (RecordFlag.TIME_IMPOSSIBLE in record.flags) == (fields.time_s > LAST_S)
    assert (RecordFlag.UNKNOWN_CODE in record.flags) == (fields.code not in known)
    assert (RecordFlag.CLOCK_STOPPED in record.flags) == bool(fields.status & 1)
    assert (RecordFlag.UNKNOWN_STATE in record.flags) == bool(fields.status & 0xFC)


@given(FIELDS)
def test_every_value_is_kept(fields: Fields) -> None:
    record = RECORDS.decode(fields.record())
    assert record.slot == fields.sequence
    match record:
        case PatrolRecord():
            assert fields.kind == 1
            assert fields.subject.startswith(record.tag.octets)
            assert record.guard_number == (fields.guard or None)
            assert record.is_guard_tag == bool(fields.status & 2)
        case KnockRecord():
            assert fields.kind == 2
            assert record.strength_mg == int.from_bytes(fields.subject[:4], "little")
        case SystemRecord():
            assert record.code == fields.kind << 8 | fields.code
            assert record.value == int.from_bytes(fields.subject[:4], "little")


@given(st.integers(0, 23), st.integers(1, 255))
def test_any_changed_byte_is_noticed(at: int, change: int) -> None:
    data = bytearray(by_hand_vs.record(1))
    data[at] ^= change
    with pytest.raises(ChecksumError):
        RECORDS.decode(bytes(data))


@pytest.mark.parametrize("octet", [0x00, 0xFF])
def test_erased_and_cleared_memory_holds_no_record(octet: int) -> None:
    with pytest.raises(ChecksumError):
        RECORDS.decode(bytes([octet]) * 24)


@pytest.mark.parametrize("octets", [0, 22, 25])
def test_bytes_of_another_length_are_no_record(octets: int) -> None:
    with pytest.raises(LayoutError):
        RECORDS.decode(bytes(octets))


@pytest.mark.parametrize(
    ("rom", "flag"),
    [
        ("021CB801000000A3", RecordFlag.TAG_CHECK_SUM),
        ("0000000000000000", RecordFlag.TAG_IMPOSSIBLE),
    ],
)
def test_a_button_whose_own_crc_is_wrong_is_kept_and_flagged(rom: str, flag: RecordFlag) -> None:
    record = RECORDS.decode(by_hand_vs.record(1, subject=bytes.fromhex(rom)))
    assert isinstance(record, PatrolRecord)
    assert record.tag.octets.hex().upper() == rom
    assert record.flags == {flag}


@pytest.mark.parametrize(
    ("tag", "tag_type"),
    [
        ("ibutton:021CB801000000A2", 1),
        ("em4100:0608BCBD70", 2),
        ("iso14443a:D5C3A711", 3),
        ("iso14443a:04942CCA994F80", 4),
        ("iso15693:E00780983E796083", 5),
    ],
)
def test_a_whole_tag_has_a_type_and_a_subject_that_give_it_back(tag: str, tag_type: int) -> None:
    found, subject = tag_field(TagId.parse(tag))
    assert found == tag_type
    assert len(subject) == 8
    assert str(tag_of(found, subject)) == tag


@pytest.mark.parametrize("octets", [0, 6, 10])
def test_a_tag_of_which_a_part_is_known_has_no_type(octets: int) -> None:
    with pytest.raises(ValueError, match="no whole tag"):
        tag_field(TagId(TagTechnology.IBUTTON, bytes(octets)))
    assert tag_of(77, bytes(8)) is None
