"""Requests and replies in both directions, against a second encoder."""

from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from watchclock_protocol.dialects.fcard import commands, replies, requests
from watchclock_protocol.dialects.fcard.commands import (
    COMMANDS,
    REPLY_KINDS,
    ReplyKind,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    find_reply_kind,
)
from watchclock_protocol.dialects.fcard.replies import (
    RecordEntry,
    RingPointers,
    StaffEntry,
    StoredRecords,
)
from watchclock_protocol.errors import (
    LayoutError,
    LocalProtocolError,
    RequestRangeError,
    SequenceError,
)
from watchclock_protocol.records import RecordKind

WORD = st.integers(0, 0xFFFF)
CARD = st.integers(0, 0xFFFFFF)
LONG = st.integers(0, 0xFFFFFFFF)
KIND = st.sampled_from((RecordKind.PATROL, RecordKind.SYSTEM))
KIND_CODES = {RecordKind.PATROL: 1, RecordKind.SYSTEM: 2}
PAGES = [(commands.CARD_PAGE, 36), (commands.SYSTEM_PAGE, 28)]
CODES = [row.codes for row in COMMANDS] + [(0x09, 0x09)]


@given(KIND, LONG, LONG)
def test_a_range_is_encoded_as_by_hand(kind: RecordKind, first: int, quantity: int) -> None:
    request = requests.ReadRange(kind=kind, first=first, quantity=quantity)
    by_hand = by_hand_fcard.read_range(KIND_CODES[kind], first, quantity)
    assert encode_request(request) == by_hand
    assert decode_request((0x04, 0x06), by_hand) == request


@given(kind=KIND, index=LONG, is_wrapped=st.booleans())
def test_an_acknowledgement_is_encoded_as_by_hand(
    *, kind: RecordKind, index: int, is_wrapped: bool
) -> None:
    request = requests.WriteReadPointer(kind=kind, read_index=index, is_wrapped=is_wrapped)
    by_hand = by_hand_fcard.read_index(KIND_CODES[kind], index, is_wrapped=is_wrapped)
    assert encode_request(request) == by_hand
    assert decode_request((0x04, 0x04), by_hand) == request


@given(st.datetimes(civil(2000, 1, 1), civil(2099, 12, 31)))
def test_a_clock_setting_is_encoded_as_by_hand(when: datetime) -> None:
    assert encode_request(requests.WriteClock(civil=when)) == by_hand_fcard.clock(when)


@given(LONG, LONG, WORD, WORD)
def test_pointers_are_decoded_as_encoded_by_hand(
    write: int, capacity: int, system_write: int, system_capacity: int
) -> None:
    data = by_hand_fcard.pointers(
        (capacity, write, 3, True), (system_capacity, system_write, 2, False)
    )
    assert decode_reply(commands.POINTERS, data) == replies.Pointers(
        card=RingPointers(capacity=capacity, write_index=write, read_index=3, is_wrapped=True),
        system=RingPointers(
            capacity=system_capacity, write_index=system_write, read_index=2, is_wrapped=False
        ),
    )


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(LONG, LONG), st.integers(0, 255))
def test_run_information_is_decoded_as_encoded_by_hand(
    counts: tuple[int, int, int, int], new: tuple[int, int], percent: int
) -> None:
    reply = decode_reply(
        commands.RUN_INFORMATION, by_hand_fcard.run_information(counts, new, percent)
    )
    assert isinstance(reply, replies.RunInformation)
    assert (reply.formats, reply.power_ons, reply.staff_selected, reply.staff_used) == counts
    assert (reply.new_card_records, reply.new_system_records) == new
    assert reply.charge_percent == percent


@given(KIND, st.data())
def test_a_page_of_records_is_encoded_and_decoded_as_by_hand(
    kind: RecordKind, data: st.DataObject
) -> None:
    octets, most = {RecordKind.PATROL: (12, 7), RecordKind.SYSTEM: (8, 9)}[kind]
    raw = st.binary(min_size=octets, max_size=octets)
    records = data.draw(st.lists(st.tuples(LONG, raw), max_size=most))
    page = StoredRecords(entries=tuple(RecordEntry(serial=at, raw=each) for at, each in records))
    row, encoded = encode_reply(requests.ReadRange(kind=kind, first=1, quantity=1), page)
    assert encoded == by_hand_fcard.page(records)
    assert decode_reply(row, encoded) == page


@given(
    st.lists(
        st.tuples(WORD, st.integers(0, 0xFFFFFF), st.sampled_from(["Li", "王五"])), max_size=7
    )
)
def test_staff_is_encoded_as_by_hand(staff: list[tuple[int, int, str]]) -> None:
    entries = tuple(StaffEntry.named(number=at, card=card, name=name) for at, card, name in staff)
    by_hand = b"".join(by_hand_fcard.staff_entry(*each) for each in staff)
    assert encode_request(requests.AddStaff(entries=entries)) == bytes([len(staff)]) + by_hand
    _, page = encode_reply(requests.ReadAllStaff(), replies.StaffList(entries=entries))
    assert page == len(staff).to_bytes(2) + by_hand


@given(st.sampled_from(CODES), st.binary(max_size=120))
def test_any_data_of_any_command_is_a_request_or_a_protocol_error(
    codes: tuple[int, int], data: bytes
) -> None:
    try:
        request = decode_request(codes, data)
    except (LayoutError, SequenceError):
        return
    assert len(encode_request(request)) == len(data)


@given(st.sampled_from(REPLY_KINDS), st.binary(max_size=120))
def test_any_data_of_any_reply_is_a_reply_or_a_protocol_error(
    kind: ReplyKind, data: bytes
) -> None:
    try:
        reply = decode_reply(kind, data)
    except LayoutError:
        return
    written = kind.layout.build({each.name: getattr(reply, each.name) for each in fields(reply)})
    assert len(written) in (len(data), len(data) - 2)


@pytest.mark.parametrize(("kind", "octets"), PAGES)
def test_a_page_cut_anywhere_is_no_page(kind: ReplyKind, octets: int) -> None:
    whole = (2).to_bytes(4).ljust(octets, b"\x00")
    assert isinstance(decode_reply(kind, whole), StoredRecords)
    for length in range(len(whole)):
        with pytest.raises(LayoutError):
            decode_reply(kind, whole[:length])


def test_refused_staff_is_read_with_a_count_of_two_bytes_and_of_four() -> None:
    refused = replies.StaffRefused(numbers=(3, 4))
    assert decode_reply(commands.STAFF_REFUSED, bytes.fromhex("0002 0003 0004")) == refused
    assert decode_reply(commands.STAFF_REFUSED, bytes.fromhex("00000002 0003 0004")) == refused


@pytest.mark.parametrize(
    "request_",
    [
        requests.WriteNumber(number=0),
        requests.WriteNumber(number=256),
        requests.Vibrate(duration_ms=65_536),
        requests.WriteClock(civil=civil(1999, 1, 1)),
        requests.WriteExpiryDate(day=civil(2100, 1, 1).date()),
        requests.ReadStaff(search=requests.StaffSearch.BY_CARD, value=1 << 24),
    ],
    ids=repr,
)
def test_values_that_do_not_fit_are_refused_before_anything_is_sent(
    request_: requests.FcardRequest,
) -> None:
    with pytest.raises(RequestRangeError):
        encode_request(request_)


@pytest.mark.parametrize(("serial", "octets"), [(1, 11), (1, 13), (1 << 32, 12)])
def test_a_record_that_does_not_fit_is_refused_before_anything_is_sent(
    serial: int, octets: int
) -> None:
    entries = (RecordEntry(serial=serial, raw=bytes(octets)), RecordEntry(serial=2, raw=bytes(12)))
    request = requests.ReadRange(kind=RecordKind.PATROL, first=1, quantity=2)
    with pytest.raises(RequestRangeError):
        encode_reply(request, StoredRecords(entries=entries))


def test_a_reply_to_something_else_is_neither_read_nor_written() -> None:
    with pytest.raises(SequenceError):
        find_reply_kind(requests.ReadClock(), (0x31, 0x01))
    with pytest.raises(LocalProtocolError):
        encode_reply(requests.ReadClock(), replies.NumberReply(number=5))


def test_no_two_commands_and_no_two_replies_share_their_codes() -> None:
    codes = [row.codes for row in COMMANDS]
    kinds = [(*kind.codes, kind.record_kind) for kind in REPLY_KINDS]
    assert len(set(codes)) == len(codes)
    assert len(set(kinds)) == len(kinds)
