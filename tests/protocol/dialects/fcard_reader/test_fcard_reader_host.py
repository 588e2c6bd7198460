"""The host at a desk reader: who is there, what is shown, once each; noise and silence."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard_reader as by_hand
from watchclock_protocol.desk_reader import ShownTag, TagShown
from watchclock_protocol.dialects.fcard_reader.host import (
    LOOK_EVERY_S,
    RESENDS,
    FcardReaderSession,
)
from watchclock_protocol.errors import SilenceError
from watchclock_protocol.events import Event, Failed, FrameRejected, Heard, Resent, Transmit
from watchclock_protocol.fcard_family.info_codes import tokens
from watchclock_protocol.messages import Identity

Told = Event | TagShown
UID = bytes.fromhex("90D752C5")


class Talk:
    """A session and what it said so far, in a time of the test's own."""

    def __init__(self) -> None:
        self.session = FcardReaderSession(tokens(5))
        self.now = 100.0
        self.told: list[Told] = []
        self.keep(self.session.begin(self.now))

    def keep(self, told: Sequence[Told]) -> None:
        self.told += told

    @property
    def sent(self) -> list[bytes]:
        return [event.data for event in self.told if isinstance(event, Transmit)]

    @property
    def token(self) -> int:
        return by_hand.token_of(self.sent[-1])

    @property
    def shown(self) -> list[ShownTag]:
        return [event.shown for event in self.told if isinstance(event, TagShown)]

    def hear(self, data: bytes) -> None:
        self.keep(self.session.receive(data, self.now))

    def wait(self) -> None:
        """Until the deadline."""
        assert self.session.deadline is not None
        self.now = self.session.deadline
        self.keep(self.session.expire(self.now))

    def open(self) -> None:
        self.hear(by_hand.number(self.token))
        self.hear(by_hand.version(self.token))


@pytest.fixture
def talk() -> Talk:
    opened = Talk()
    opened.open()
    return opened


def test_the_reader_is_asked_who_it_is_before_any_card() -> None:
    talk = Talk()
    talk.open()
    codes = [data[4:6] for data in talk.sent]
    assert codes == [b"\x01\x01", b"\x01\x03", b"\x02\x00"]
    identities = [
        event.answer
        for event in talk.told
        if isinstance(event, Heard) and isinstance(event.answer, Identity)
    ]
    assert identities[-1] == Identity("fcard_reader", "7", "1.05")


def test_a_card_that_stays_is_told_once_and_again_after_it_was_away(talk: Talk) -> None:
    for answer in (by_hand.card, by_hand.card, None, by_hand.card):
        talk.hear(by_hand.no_card(talk.token) if answer is None else answer(talk.token, 1, UID))
        talk.wait()
    assert [shown.number for shown in talk.shown] == [UID, UID]
    assert talk.shown[0].kind == "mifare_s50"


def test_a_pushed_card_that_is_then_found_is_told_once(talk: Talk) -> None:
    talk.hear(by_hand.pushed(1, UID))
    talk.hear(by_hand.card(talk.token, 1, UID))
    assert len(talk.shown) == 1


@pytest.mark.parametrize(
    ("kind", "number", "tag", "stored", "decimal"),
    [
        (1, "90D752C5", "iso14443a:90D752C5", "rfid:D752C5", 2430030533),
        (7, "04A1B2C3D4E5F6", "iso14443a:04A1B2C3D4E5F6", "rfid:D4E5F6", 1303689068602870),
        (9, "1E00EF97C5", "em4100:1E00EF97C5", "rfid:EF97C5", 128864720837),
        (9, "0000001E00EF97C5", "em4100:1E00EF97C5", "rfid:EF97C5", 128864720837),
        (9, "0100001E00EF97C5", "rfid:0100001E00EF97C5", "rfid:EF97C5", 72057722902648773),
        (4, "0102030405060708", "rfid:0102030405060708", "rfid:060708", 72623859790382856),
        (99, "7F01", "rfid:7F01", "rfid:007F01", 32513),
    ],
)
def test_what_is_told_of_each_kind_of_card(
    talk: Talk, kind: int, number: str, tag: str, stored: str, decimal: int
) -> None:
    talk.hear(by_hand.card(talk.token, kind, bytes.fromhex(number)))
    (shown,) = talk.shown
    assert (str(shown.tag), str(shown.as_stored)) == (tag, stored)
    assert shown.decimal == decimal


def test_a_printed_code_is_no_tag(talk: Talk) -> None:
    talk.hear(by_hand.pushed(10, b"\x12\x34"))
    (shown,) = talk.shown
    assert (shown.tag, shown.as_stored, shown.kind) == (None, None, "qr_code")


def test_the_reader_is_asked_again_at_an_even_pace(talk: Talk) -> None:
    talk.hear(by_hand.no_card(talk.token))
    assert talk.session.deadline == pytest.approx(talk.now + LOOK_EVERY_S)
    before = len(talk.sent)
    talk.wait()
    assert len(talk.sent) == before + 1


def test_silence_is_answered_by_resending_and_then_by_giving_up() -> None:
    talk = Talk()
    for _ in range(RESENDS + 1):
        talk.wait()
    assert len(set(talk.sent)) == 1
    assert len(talk.sent) == RESENDS + 1
    assert sum(isinstance(event, Resent) for event in talk.told) == RESENDS
    assert isinstance(talk.told[-1], Failed)
    assert isinstance(talk.told[-1].error, SilenceError)
    assert talk.session.deadline is None
    assert talk.session.expire(talk.now + 9) == []


def test_a_refused_sum_is_answered_with_the_same_frame(talk: Talk) -> None:
    talk.hear(by_hand.sum_refused(talk.token))
    assert talk.sent[-1] == talk.sent[-2]
    talk.hear(by_hand.card(talk.token, 1, UID))
    assert len(talk.shown) == 1


def test_an_answer_to_an_earlier_look_or_with_a_wrong_sum_shows_nothing(talk: Talk) -> None:
    stale = by_hand.card(talk.token ^ 1, 1, UID)
    damaged = bytearray(by_hand.card(talk.token, 1, UID))
    damaged[-2] ^= 1
    talk.hear(stale + bytes(damaged))
    assert talk.shown == []
    assert sum(isinstance(event, FrameRejected) for event in talk.told) == 2


def test_a_number_longer_than_any_is_refused(talk: Talk) -> None:
    talk.hear(by_hand.frame(7, talk.token, (0x32, 0), bytes([1, 1, 9]) + bytes(9)))
    assert talk.shown == []
    assert isinstance(talk.told[-1], FrameRejected)


pieces = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"\x7e", b"\x7f", by_hand.pushed(1, UID), by_hand.pushed(9, b"\0" * 9)]),
    st.builds(by_hand.card, st.integers(0, 0xFFFF), st.integers(0, 12), st.binary(max_size=10)),
)


@given(data=st.lists(pieces, max_size=8).map(b"".join), cut=st.integers(min_value=0))
def test_any_bytes_in_any_cuts_show_the_same(data: bytes, cut: int) -> None:
    place = cut % (len(data) + 1)
    whole, parts = Talk(), Talk()
    whole.hear(data)
    parts.hear(data[:place])
    parts.hear(data[place:])
    assert whole.shown == parts.shown
    assert len(whole.sent) == len(parts.sent)
