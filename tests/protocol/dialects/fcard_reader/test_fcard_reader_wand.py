"""The reader's own side, and the simulated reader against the host session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard_reader as by_hand
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.desk_reader import TagShown
from watchclock_protocol.dialects.fcard_reader import FCARD_READER
from watchclock_protocol.dialects.fcard_reader.commands import LookForCard, ReadNumber
from watchclock_protocol.dialects.fcard_reader.host import FcardReaderSession
from watchclock_protocol.dialects.fcard_reader.wand import Requested, WandSession
from watchclock_protocol.events import FrameRejected, Transmit
from watchclock_protocol.fcard_family.frames import MOST_BUFFERED_OCTETS
from watchclock_protocol.fcard_family.info_codes import tokens
from watchclock_protocol.values import TagId
from watchclock_sim.wands.fcard_reader import FcardReader

LOOK = bytes.fromhex("7E 00 12 34 02 00 00 48 7E")
TAGS = ["iso14443a:90D752C5", "iso14443a:7E7F0102", "em4100:1E00EF97C5"]


def test_requests_for_it_and_for_every_reader_are_cut_and_others_passed_over() -> None:
    reader = WandSession(7)
    for address, is_meant in ((0, True), (7, True), (8, False)):
        events = reader.receive(by_hand.frame(address, 0x1001, (1, 1)), 0.0)
        expected = [Requested(request=ReadNumber(), token=0x1001)] if is_meant else []
        assert events == expected


def test_a_damaged_request_is_refused_so_that_it_comes_again() -> None:
    damaged = bytearray(LOOK)
    damaged[-2] ^= 1
    rejected, answer = WandSession(7).receive(bytes(damaged), 0.0)
    assert isinstance(rejected, FrameRejected)
    assert answer == Transmit(by_hand.sum_refused(0x1234))


@pytest.mark.parametrize("codes", [(9, 9), (0x31, 0x01)])
def test_what_is_no_request_is_met_with_silence(codes: tuple[int, int]) -> None:
    (event,) = WandSession(7).receive(by_hand.frame(0, 1, codes), 0.0)
    assert isinstance(event, FrameRejected)


@given(data=st.lists(st.binary(max_size=400) | st.just(LOOK), max_size=6), now=st.floats(0, 9))
def test_any_bytes_are_borne(data: list[bytes], now: float) -> None:
    reader = WandSession(7)
    events = [event for piece in data for event in reader.receive(piece, now)]
    found = [event for event in events if isinstance(event, Requested)]
    assert all(event.request != LookForCard() or event.token == 0x1234 for event in found)


@given(
    chunks=st.lists(st.tuples(st.booleans(), st.binary(max_size=600) | st.just(LOOK)), max_size=6)
)
def test_a_listener_bears_noise_of_both_directions_in_bounded_memory(
    chunks: list[tuple[bool, bytes]],
) -> None:
    listener = FCARD_READER.listener()
    for is_sent, data in chunks:
        _ = listener.sent(data) if is_sent else listener.received(data)
        assert getattr(listener, "buffered", 0) <= 2 * MOST_BUFFERED_OCTETS


def test_the_simulated_reader_shows_each_tag_once_to_the_host_session() -> None:
    firmware = FcardReader(setup_of("7"))
    for text in TAGS:
        firmware.touch(TagId.parse(text), DOCKED_AT, is_guard_tag=False)
    session = FcardReaderSession(tokens(1))
    now = 0.0
    told = session.begin(now)
    shown: list[str] = []
    for _ in range(60):
        shown += [str(event.shown.tag) for event in told if isinstance(event, TagShown)]
        sent = b"".join(event.data for event in told if isinstance(event, Transmit))
        answer = b"".join(firmware.receive(sent, now, DOCKED_AT))
        told = session.receive(answer, now)
        assert session.deadline is not None
        if not any(isinstance(event, Transmit) for event in told):
            now = session.deadline
            told = [*told, *session.expire(now)]
    assert shown == TAGS


def test_a_desk_reader_is_no_wand_anybody_could_download() -> None:
    assert FCARD_READER.host is None
    assert FCARD_READER.desk_reader is not None
