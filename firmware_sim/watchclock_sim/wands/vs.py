"""The firmware of a simulated vs wand: a VS5000B reads buttons, a VF5000+ reads radio tags."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Final

from watchclock_protocol.dialects.vs.layouts import SUBJECT_OCTETS
from watchclock_protocol.dialects.vs.lists import RosterEntry
from watchclock_protocol.dialects.vs.page_frames import page_frames
from watchclock_protocol.dialects.vs.records import GUARD_TAG_BIT, LogKind, tag_field
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE, IdentityReply, PagesEnd
from watchclock_protocol.dialects.vs.requests import ReadPages
from watchclock_protocol.dialects.vs.wand import Requested, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import ROM_OCTETS, TagId, TagTechnology
from watchclock_protocol.wand_times import FIRST_SECOND
from watchclock_sim.hardware.body import Body
from watchclock_sim.hardware.contact_head import ContactHead, rom_of
from watchclock_sim.hardware.health import HardwarePart
from watchclock_sim.hardware.power import ResetCause, WakeCause
from watchclock_sim.hardware.profile import Mishap
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.hardware.witness import NotKept
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import TEST_VENDOR, UsbKind, UsbProfile
from watchclock_sim.wands.vs_answers import VsAnswers
from watchclock_sim.wands.vs_condition import CONTACT, RADIO, VsCondition
from watchclock_sim.wands.vs_lists import ListMemory
from watchclock_sim.wands.vs_log import VsLog
from watchclock_sim.wands.vs_memory import VsMemory
from watchclock_sim.wands.vs_mishaps import USUAL_MISHAPS, VsMishaps
from watchclock_sim.wands.vs_parts import VsParts

__all__ = ["VS", "VsWand", "vs_identity"]

MODELS: Final = {"5B": CONTACT, "5F": RADIO}
"""By the first two digits of the serial."""
SERIAL_DIGITS: Final = 16
BATCH: Final = b"2026-05-B"
PRODUCED: Final = date(2026, 5, 16)
VERSION: Final = "1.4.0"
SPARE_PAGES: Final = 2


class VsWand:
    """A wand of the class VS5000B or VF5000+, by its serial.

    A full memory always overwrites its oldest page, and what the host does is always logged.

    Args:
        setup: serial, clock, battery and size of the memory.
    """

    def __init__(self, setup: WandSetup) -> None:
        serial = bytes.fromhex(setup.number)
        self.model = MODELS[setup.number[:2]]
        pages = -(-setup.capacity // RECORDS_A_PAGE) + SPARE_PAGES
        self.memory = VsMemory(min(pages, self.model.most_pages), serial)
        climate = setup.life.climate
        self.condition = VsCondition(
            model=self.model,
            has_humidity_sensor=climate.has_humidity_sensor,
            warmest_c=climate.warmest_c,
            coldest_c=climate.coldest_c,
        )
        self.lists = ListMemory()
        memory_life = setup.life.part(HardwarePart.MEMORY)
        self.log = VsLog(self.memory, self.condition, setup.clock, setup.battery, memory_life)
        head_life = setup.life.part(HardwarePart.HEAD)
        head = ContactHead(head_life) if self.model is CONTACT else RadioHead(head_life)
        self._body = Body(setup.life, setup.battery, setup.clock, head, USUAL_MISHAPS)
        self._parts = VsParts(setup.life, self._body, self.memory)
        self._mishaps = VsMishaps(self.log, self._parts)
        identity, _ = vs_identity(setup.number)
        self._answers = VsAnswers(identity, self.log, self._parts, self.lists, setup.lost_records)
        self._witness = setup.witness
        self._session = WandSession()

    @property
    def deadline(self) -> float | None:
        """Nothing is ever due: this wand only answers."""
        return None

    def power_on(self, utc: datetime) -> None:
        """Counted and logged; power that was lost leaves the open page torn."""
        self._catch_up(utc)
        self._begin_again(utc, ResetCause.KEY_OR_DOCK)

    def voltage_low(self, utc: datetime) -> None:
        """Logged."""
        self._catch_up(utc)
        self._note_low(utc)

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Put a guard into the roster; a long name is cut."""
        self.lists.enrol(RosterEntry.named(number=number, name=name, tag=_whole(tag)))

    def select_guard(self, number: int) -> None:
        """The next records bear this guard's number."""
        self.log.guard_number = number

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:
        """A tag is read; False for one this model cannot read."""
        whole = _whole(tag)
        try:
            tag_type, _ = tag_field(whole)
        except ValueError:
            return False
        if not self.model.tag_types >> (tag_type - 1) & 1:
            return False
        if not self._use(utc, WakeCause.TOUCH):
            self._witness.why_not = self._body.why_not_used
            return False
        reading = self._body.read(whole.octets, utc)
        self._witness.reads(whole.octets, reading.octets, self._body.clock.reading(utc))
        self.condition.took(reading)
        is_kept = False
        self._witness.why_not = NotKept.MEMORY_FAILED if reading.is_good else NotKept.HEAD_FAILED
        if reading.is_good and reading.octets is not None:
            reaches = partial(self._parts.reaches_guard, utc=utc)
            self.log.ring_alarms(self.lists.alarms, utc, reaches)
            status = GUARD_TAG_BIT if is_guard_tag else 0
            subject = reading.octets.ljust(SUBJECT_OCTETS, b"\x00")
            is_kept = self.log.write(LogKind.PATROL, tag_type, utc, subject, status)
        for mishap in self._body.behind_touch():
            self._befall(mishap, utc)
        return is_kept

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """The frames of each answer; a command takes effect when its answer is drawn."""
        return self._frames(data, now, utc)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - nothing is due
        """Nothing: this wand only answers."""
        return iter(())

    def _frames(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        self._use(utc, WakeCause.CABLE)
        for event in self._session.receive(data, now):
            match event:
                case Transmit(frame):
                    yield frame
                case Requested(request=ReadPages() as request):
                    yield from self._pages(event, request)
                case Requested(request=request):
                    yield from self._session.reply(event, self._answers.reply(request, utc))
                case _:
                    pass

    def _pages(self, requested: Requested, request: ReadPages) -> Iterator[bytes]:
        """The frames of pages: a full memory has so many that they are built in bulk."""
        refusal = self._answers.refuses_pages(request)
        if refusal is not None:
            yield from self._session.reply(requested, refusal)
            return
        sent = 0
        for frame in page_frames(requested.token, self._answers.pages(request)):
            sent += 1
            yield frame
        yield from self._session.reply(requested, PagesEnd(sent=sent))

    def _use(self, utc: datetime, cause: WakeCause) -> bool:
        """What happened until now, then this use; False when the wand does not do it."""
        self._catch_up(utc)
        use = self._body.use(utc, cause)
        if use.reset is not None:
            self._begin_again(utc, use.reset)
        self.log.watch_chip(utc)
        if use.is_low:
            self._note_low(utc)
        if use.is_normal:
            self.log.note("voltage_normal", utc, self.log.voltage_mv(utc))
        if use.charges is not None:
            self._charge(utc, begins=use.charges)
        return use.is_awake

    def _catch_up(self, utc: datetime) -> None:
        """What happened until now is noted before anything that happens now."""
        for happened_at, mishap in self._body.timeline.due(utc):
            self._ring(happened_at)
            self._befall(mishap, happened_at)
        self._ring(utc)

    def _ring(self, utc: datetime) -> None:
        """The alarm times that passed, unless the wand is dark."""
        if not self._body.is_dark:
            self.log.ring_alarms(self.lists.alarms, utc)

    def _note_low(self, utc: datetime) -> None:
        self.log.note("voltage_too_low", utc, self.log.voltage_mv(utc))

    def _charge(self, utc: datetime, *, begins: bool) -> None:
        """Logged; the lowest voltage counts from the beginning of the charging on."""
        voltage_mv = self.log.voltage_mv(utc)
        if begins:
            self.condition.lowest_mv = voltage_mv
        self.log.note("charging_started" if begins else "charging_ended", utc, voltage_mv)

    def _befall(self, mishap: Mishap, utc: datetime) -> None:
        half = b""
        if mishap.octets:
            cut = self.log.entry(LogKind.PATROL, 1, utc, bytes(SUBJECT_OCTETS))
            half = self.memory.half_record(cut, mishap.octets)
        self._mishaps.feel(mishap, utc)
        cause = self._body.befall(mishap, utc)
        if cause is not None:
            self._begin_again(utc, cause, half)

    def _begin_again(self, utc: datetime, cause: ResetCause, half: bytes = b"") -> None:
        """Counted and logged. Only a watchdog or a reset leaves the memory's power on."""
        torn, before = None, self.memory.overwritten
        first_lost = max(self.memory.read_pointer + 1, self.memory.oldest_sequence)
        if cause in (ResetCause.KEY_OR_DOCK, ResetCause.BROWN_OUT):
            begun_s, _ = self.log.shown(utc)
            torn = self.memory.lose_power(half, begun_s)
        lost = self.memory.overwritten - before
        if torn is not None:
            cause = ResetCause.BROWN_OUT
            self.memory.recover()
        self.condition.began_again(cause)
        self.log.silence_alarms(utc)
        self.log.watch_clock(utc)
        self.log.note("power_on", utc, cause, self.condition.power_ons)
        if torn is not None:
            self.log.note("page_torn", utc, *torn)
        if lost:
            self.log.note("records_overwritten", utc, lost, first_lost)


def vs_identity(number: str) -> tuple[IdentityReply, int]:
    """What a wand with this serial says of itself, and how many pages it has at most."""
    model, serial = MODELS[number[:2]], bytes.fromhex(number)
    reply = IdentityReply(
        model_raw=model.name.encode().ljust(12, b"\x00"),
        serial=serial,
        printed_raw=f"CS{int.from_bytes(serial[4:]):07d}".encode().ljust(16, b"\x00"),
        firmware_raw=f"{model.name}-{VERSION}".encode().ljust(24, b"\x00"),
        batch_raw=BATCH.ljust(12, b"\x00"),
        production_day=(PRODUCED - FIRST_SECOND.date()).days,
        tag_types=model.tag_types,
    )
    return reply, model.most_pages


def _whole(tag: TagId) -> TagId:
    """The tag as the head reads it: a button named by its serial alone is a DS1990."""
    if tag.technology is not TagTechnology.IBUTTON or len(tag.octets) == ROM_OCTETS:
        return tag
    return TagId(tag.technology, rom_of(tag))


def _is_number(number: str) -> bool:
    is_serial = len(number) == SERIAL_DIGITS and set(number) <= set("0123456789ABCDEF")
    return is_serial and number[:2] in MODELS


USB_PROFILES: Final = {
    "5B": UsbProfile(
        kind=UsbKind.CDC_ACM,
        vendor=TEST_VENDOR,
        product=0x0002,
        maker="watchclock",
        name="VS5000B patrol wand",
        name_zh="VS5000B 巡更棒",
    ),
    "5F": UsbProfile(
        kind=UsbKind.BULK_AND_HID,
        vendor=TEST_VENDOR,
        product=0x0003,
        maker="watchclock",
        name="VF5000+ patrol wand",
        name_zh="VF5000+ 巡更棒",
    ),
}
"""By the first two digits of the serial."""

VS: Final = Personality(
    name="vs",
    technology=lambda number: MODELS[number[:2]].technology,
    default_number="5B00000000001234",
    number=NumberRule(
        wanted=FilledReason(
            "16 hexadecimal digits in capitals that begin with 5B (VS5000B) or 5F (VF5000+)"
        ),
        allows=_is_number,
    ),
    make=VsWand,
    usual_mishaps=USUAL_MISHAPS,
    usb=lambda number: USB_PROFILES[number[:2]],
)
