"""What a simulated vs wand answers to its host, request by request."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.evidence import Outcome, Part
from watchclock_protocol.dialects.vs.layouts import PAGE_HEAD_OCTETS
from watchclock_protocol.dialects.vs.lists import ListNumber
from watchclock_protocol.dialects.vs.records import RECORD_OCTETS, LogKind
from watchclock_protocol.dialects.vs.replies import (
    RECORDS_A_PAGE,
    IdentityReply,
    Reason,
    Refusal,
    VsReply,
)
from watchclock_protocol.dialects.vs.requests import MOST_PAGES_A_REQUEST, VsRequest
from watchclock_protocol.wand_times import civil_of_seconds
from watchclock_sim.wands.vs_lists import CHANGED_EVENTS, ListMemory
from watchclock_sim.wands.vs_log import VsLog
from watchclock_sim.wands.vs_parts import VsParts

__all__ = ["VsAnswers"]

LOG: Final = logging.getLogger(__name__)
MOST_MILLISECONDS: Final = 999
STOPPED: Final = 1
UNWRITTEN: Final = b"\xff" * RECORD_OCTETS
Answer = Callable[[VsRequest, datetime], VsReply | None]


class VsAnswers:
    """The host's view of the wand.

    Args:
        identity: what it says of itself.
        log: its log, memory and clock.
        parts: what its self-test tests.
        lists: its roster, names and alarm times.
        lost_records: which records, counted from 1 as they are handed out, read as zeros.
    """

    def __init__(
        self,
        identity: IdentityReply,
        log: VsLog,
        parts: VsParts,
        lists: ListMemory,
        lost_records: frozenset[int],
    ) -> None:
        self._identity = identity
        self._log = log
        self._parts = parts
        self._memory = log.memory
        self._condition = log.condition
        self._lists = lists
        self._lost_records = lost_records
        self._handed_out = 0

    def reply(self, request: VsRequest, utc: datetime) -> VsReply:
        """What is answered to anything but a request for pages, when it has taken effect."""
        answers: tuple[Answer, ...] = (
            self._tell,
            self._examine,
            self._give_up,
            self._set_clock,
            self._change_lists,
        )
        for answer in answers:
            reply = answer(request, utc)
            if reply is not None:
                return reply
        raise AssertionError(f"nobody answers {request}")

    def _tell(self, request: VsRequest, utc: datetime) -> VsReply | None:
        match request:
            case requests.ReadIdentity():
                return self._identity
            case requests.ReadTotals():
                self._condition.readings += 1
                return self._totals(utc)
            case requests.ReadClock():
                seconds, milliseconds = self._log.shown(utc)
                return replies.ClockShown(
                    seconds=seconds, milliseconds=milliseconds, state=self._clock_state()
                )
            case _:
                return None

    def _examine(self, request: VsRequest, utc: datetime) -> VsReply | None:
        match request:
            case requests.ReadEvidence():
                parts = self._parts.evidence(utc)
                items = self._condition.evidence(self._log.voltage_mv(utc), parts)
                return replies.EvidenceReply(items=items)
            case requests.ReadDeclaration():
                return replies.Declaration(numbers=self._condition.declared)
            case requests.RunSelfTest(parts=parts):
                asked = [part for part in Part if parts >> (part - 1) & 1]
                results = tuple(self._parts.self_test(part, utc) for part in asked)
                failed = [each.part for each in results if each.outcome == Outcome.FAILED]
                bits = sum(1 << part - 1 for part in failed)
                self._log.note("self_tested", utc, bits, len(results))
                return replies.SelfTestReport(results=results)
            case _:
                return None

    def _totals(self, utc: datetime) -> VsReply:
        memory = self._memory
        return replies.Totals(
            pages=memory.capacity,
            oldest_page=memory.oldest_page,
            first_unread_page=memory.first_unread_page,
            newest_page=memory.newest_page,
            oldest_sequence=memory.oldest_sequence,
            newest_sequence=memory.newest_sequence,
            read_pointer=memory.read_pointer,
            unread_patrol=memory.unread(LogKind.PATROL),
            unread_knock=memory.unread(LogKind.KNOCK),
            unread_short=memory.unread(LogKind.READER_SHORT),
            unread_alarm=memory.unread(LogKind.ALARM),
            unread_system=memory.unread(LogKind.SYSTEM),
            overwritten=memory.overwritten,
            damaged=memory.damaged,
            power_ons=self._condition.power_ons,
            formats=memory.formats,
            voltage_mv=self._log.voltage_mv(utc),
            charge_percent=self._log.charge_percent(utc),
        )

    def _give_up(self, request: VsRequest, utc: datetime) -> VsReply | None:
        match request:
            case requests.MoveReadPointer() | requests.EraseMemory() if (
                request.serial != self._identity.serial
            ):
                return Refusal(reason=Reason.OTHER_WAND)
            case requests.MoveReadPointer(sequence=sequence):
                return self._acknowledge(sequence, utc)
            case requests.EraseMemory():
                if unread := self._memory.unread():
                    return Refusal(reason=Reason.UNREAD_RECORDS, detail=unread)
                self._log.note("memory_erased", utc, self._memory.erase())
                return replies.Done()
            case _:
                return None

    def _acknowledge(self, sequence: int, utc: datetime) -> VsReply:
        before, unread = self._memory.read_pointer, self._memory.unread()
        if not self._memory.acknowledge(sequence):
            limit = before if sequence < before else self._memory.newest_sequence
            return Refusal(reason=Reason.OUT_OF_RANGE, detail=limit)
        if sequence > before:
            LOG.info("acknowledged up to record %d", sequence)
            self._condition.acknowledged += 1
            self._log.note("records_read", utc, sequence, unread)
        return replies.ReadPointer(sequence=sequence)

    def _set_clock(self, request: VsRequest, utc: datetime) -> VsReply | None:
        if not isinstance(request, requests.WriteClock):
            return None
        civil = civil_of_seconds(request.seconds)
        if civil is None or request.milliseconds > MOST_MILLISECONDS:
            return Refusal(reason=Reason.OUT_OF_RANGE)
        seconds, milliseconds = self._log.shown(utc)
        before = replies.ClockBefore(
            seconds=seconds, milliseconds=milliseconds, state=self._clock_state()
        )
        self._log.set_clock(civil + timedelta(milliseconds=request.milliseconds), utc)
        LOG.info("the clock is set to %s", civil)
        return before

    def _clock_state(self) -> int:
        return STOPPED if self._condition.has_stopped else 0

    def _change_lists(self, request: VsRequest, utc: datetime) -> VsReply | None:
        reply = self._lists.answer(request)
        if isinstance(request, requests.EndList) and isinstance(reply, replies.Done):
            number = ListNumber(request.list_number)
            self._log.note(CHANGED_EVENTS[number], utc, request.entries)
        return reply

    def refuses_pages(self, request: requests.ReadPages) -> Refusal | None:
        """Why these pages are not handed out; None when they are."""
        oldest = self._memory.oldest_page
        if request.first_page < oldest:
            return Refusal(reason=Reason.PAGE_GONE, detail=oldest)
        if not 0 < request.pages <= MOST_PAGES_A_REQUEST:
            return Refusal(reason=Reason.OUT_OF_RANGE, detail=MOST_PAGES_A_REQUEST)
        return None

    def pages(self, request: requests.ReadPages) -> Iterator[tuple[int, bytes]]:
        """Number and 1024 bytes of each of these pages that is there, read when it is drawn."""
        for number in range(request.first_page, request.first_page + request.pages):
            raw = self._memory.page(number)
            if raw is not None:
                yield number, self._spoilt(raw)

    def _spoilt(self, raw: bytes) -> bytes:
        """The page as it is read when the memory answers some records with zeros."""
        if not self._lost_records:
            return raw
        page = bytearray(raw)
        for place in range(RECORDS_A_PAGE):
            start = PAGE_HEAD_OCTETS + place * RECORD_OCTETS
            if raw[start : start + RECORD_OCTETS] != UNWRITTEN:
                self._handed_out += 1
                if self._handed_out in self._lost_records:
                    page[start : start + RECORD_OCTETS] = bytes(RECORD_OCTETS)
        return bytes(page)
