"""A simulated vs wand from the inside: walks it, asks it, and reads what is in its memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.commands import decode_reply, find_command, find_reply_kind
from watchclock_protocol.dialects.vs.evidence import EvidenceCode, Outcome, Part
from watchclock_protocol.dialects.vs.frames import Frame, FrameKind, FrameReader, build_frame
from watchclock_protocol.dialects.vs.pages import read_page
from watchclock_protocol.dialects.vs.replies import VsReply
from watchclock_protocol.dialects.vs.requests import VsRequest
from watchclock_protocol.records import PatrolRecord, Record, SystemRecord
from watchclock_protocol.values import TagId
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import HardwareLife, Mishap
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.vs import VsWand

CONTACT = "5B00000000001234"
RADIO = "5F0000000000ABCD"
BUTTON = TagId.parse("ibutton:021CB801000000A2")
CARD = TagId.parse("em4100:0608BCBD70")
MINUTE = timedelta(minutes=1)
BEGIN = DOCKED_AT - timedelta(hours=8)


def ask(wand: VsWand, request: VsRequest, at: datetime = DOCKED_AT) -> list[VsReply]:
    command = find_command(request)
    data = command.layout.build({name: getattr(request, name) for name in request.__slots__})
    frame = Frame(kind=FrameKind.REQUEST, command=command.code, token=9, data=data)
    found: list[VsReply] = []
    for raw in wand.receive(build_frame(frame), 0.0, at):
        (heard,) = FrameReader().receive(raw)
        assert isinstance(heard, Frame)
        assert heard.token == 9
        found.append(decode_reply(find_reply_kind(command, heard.kind), heard.data))
    return found


def totals(wand: VsWand) -> replies.Totals:
    (reply,) = ask(wand, requests.ReadTotals())
    assert isinstance(reply, replies.Totals)
    return reply


def stored(wand: VsWand) -> list[Record]:
    """Every record of every page."""
    counted = totals(wand)
    found: list[Record] = []
    for number in range(counted.oldest_page, counted.newest_page + 1):
        raw = wand.memory.page(number)
        if raw is not None:
            found += read_page(number, raw).batch(0, 0xFFFFFFFF)
    return found


def events(wand: VsWand) -> list[str]:
    return [
        name for each in stored(wand) if isinstance(each, SystemRecord) for name in each.meanings
    ]


def fault_of(part: HardwarePart, health: Health, per_mille: int = 500) -> PartFault:
    return PartFault(part=part, health=health, per_mille=per_mille)


def life_of(*faults: PartFault, mishaps: tuple[Mishap, ...] = ()) -> HardwareLife:
    return HardwareLife(seed="a wand", faults=faults, mishaps=mishaps)


def walked(setup: WandSetup, touches: int = 100, every: timedelta = MINUTE) -> VsWand:
    """A wand that was switched on and carried; what it kept is in its memory."""
    wand = VsWand(setup)
    wand.power_on(BEGIN)
    for index in range(touches):
        tag = BUTTON if setup.number == CONTACT else CARD
        wand.touch(tag, BEGIN + index * every, is_guard_tag=False)
    return wand


def living(number: str, life: HardwareLife, touches: int = 100) -> VsWand:
    return walked(replace(setup_of(number, capacity=1000), life=life), touches)


def evidence(wand: VsWand) -> dict[EvidenceCode, tuple[int, int]]:
    (told,) = ask(wand, requests.ReadEvidence())
    assert isinstance(told, replies.EvidenceReply)
    return {EvidenceCode(each.number): (each.value, each.detail) for each in told.items}


def tested(wand: VsWand) -> dict[Part, tuple[Outcome, int]]:
    (report,) = ask(wand, requests.RunSelfTest(parts=0b111111111))
    assert isinstance(report, replies.SelfTestReport)
    return {Part(each.part): (Outcome(each.outcome), each.measured) for each in report.results}


def patrols(wand: VsWand) -> list[PatrolRecord]:
    return [each for each in stored(wand) if isinstance(each, PatrolRecord)]
