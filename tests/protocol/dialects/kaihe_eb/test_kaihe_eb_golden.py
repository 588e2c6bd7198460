"""Bytes worked outside watchclock: sources in tests/golden/kaihe_eb/README.md."""

import pytest

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.golden_kaihe_eb import WorkedExchange, worked, worked_exchanges
from watchclock_protocol.dialects.kaihe_eb.commands import (
    COMMANDS,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
)
from watchclock_protocol.dialects.kaihe_eb.layouts import build_frame, parse_frame
from watchclock_protocol.dialects.kaihe_eb.records import (
    decode_clock,
    knock_record,
    patrol_record,
)
from watchclock_protocol.dialects.kaihe_eb.replies import (
    Confirmation,
    Count,
    KaiheReply,
    NumberReply,
    SelfTest,
    ShownClock,
    StoredKnock,
    StoredPatrol,
    StoredText,
)
from watchclock_protocol.dialects.kaihe_eb.requests import KnownRequest, UnknownRequest
from watchclock_protocol.records import PatrolRecord, Record
from watchclock_protocol.values import WandTime

EXCHANGES = worked_exchanges()
NAMES = [each.what for each in EXCHANGES]


def exchange_of(worked_one: WorkedExchange) -> tuple[KnownRequest, KaiheReply]:
    request = decode_request(*parse_frame(worked_one.host))
    assert not isinstance(request, UnknownRequest)
    return request, decode_reply(request, *parse_frame(worked_one.wand))


def shown(time: WandTime) -> str:
    assert time.civil is not None
    return time.civil.isoformat()


def meaning(reply: KaiheReply) -> str | None:
    told: str | None
    match reply:
        case NumberReply() | StoredText():
            told = reply.text
        case ShownClock():
            told = shown(decode_clock(reply))
        case Count(unread=unread):
            told = str(unread)
        case StoredPatrol(raw=raw):
            told = shown_patrol(patrol_record(raw))
        case StoredKnock(raw=raw):
            told = shown(knock_record(raw).time)
        case SelfTest(is_good=is_good):
            told = "good" if is_good else "faulty"
        case Confirmation(is_refusal=is_refusal):
            told = "refused" if is_refusal else "done"
    return told


def shown_patrol(record: Record) -> str:
    assert isinstance(record, PatrolRecord)
    return f"{shown(record.time)} {record.tag}"


@pytest.mark.parametrize("each", EXCHANGES, ids=NAMES)
def test_every_worked_frame_is_understood_as_the_source_means_it(each: WorkedExchange) -> None:
    _, reply = exchange_of(each)
    assert meaning(reply) == each.means


@pytest.mark.parametrize("each", EXCHANGES, ids=NAMES)
def test_every_worked_frame_is_built_byte_by_byte(each: WorkedExchange) -> None:
    request, reply = exchange_of(each)
    assert build_frame(*encode_request(request)) == each.host
    assert build_frame(*encode_reply(request, reply)) == each.wand


@pytest.mark.parametrize("each", EXCHANGES, ids=NAMES)
def test_the_second_encoder_builds_the_same_frames(each: WorkedExchange) -> None:
    for frame in (each.host, each.wand):
        assert by_hand.frame(frame[1], frame[3:-1]) == frame


def test_every_command_of_the_table_has_a_worked_exchange() -> None:
    worked_codes = {(each.host[1], each.wand[1]) for each in EXCHANGES}
    assert worked_codes == {(row.code, row.reply_code) for row in COMMANDS}


def test_the_second_encoder_s_requests_are_the_worked_ones() -> None:
    made = {
        "patrol count": by_hand.PATROL_COUNT,
        "knock count": by_hand.KNOCK_COUNT,
        "clear patrol": by_hand.CLEAR_PATROL,
        "clear knocks": by_hand.CLEAR_KNOCKS,
        "patrol record 291": by_hand.read_patrol(291),
        "knock record 0": by_hand.read_knock(0),
    }
    assert {what: worked(what).host for what in made} == made
