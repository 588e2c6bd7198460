"""The firmware of a simulated vs wand: a VS5000B reads buttons, a VF5000+ reads radio tags."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.dialects.vs.lists import RosterEntry
from watchclock_protocol.dialects.vs.records import GUARD_TAG_BIT, LogKind, tag_field
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE, IdentityReply
from watchclock_protocol.dialects.vs.wand import Requested, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.values import ROM_OCTETS, TagId, TagTechnology
from watchclock_protocol.wand_times import FIRST_SECOND
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import TEST_VENDOR, UsbKind, UsbProfile
from watchclock_sim.wands.vs_answers import VsAnswers
from watchclock_sim.wands.vs_condition import CONTACT, RADIO, VsCondition, VsModel
from watchclock_sim.wands.vs_lists import ListMemory
from watchclock_sim.wands.vs_log import VsLog
from watchclock_sim.wands.vs_memory import VsMemory

__all__ = ["VS", "VsWand"]

MODELS: Final = {"5B": CONTACT, "5F": RADIO}
"""By the first two digits of the serial."""
SERIAL_DIGITS: Final = 16
FAMILY: Final = b"\x01"
BATCH: Final = b"2026-05-B"
PRODUCED: Final = date(2026, 5, 16)
VERSION: Final = "1.4.0"
SPARE_PAGES: Final = 2
TOUCHES_A_MISHAP: Final = 25
"""At every so many touches the head meets metal, or the wand a wall."""
SHORT_MS: Final = 1500
KNOCK_MG: Final = 2450
KEY_OR_DOCK: Final = 1
BROWN_OUT: Final = 2


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
        self.condition = VsCondition(model=self.model)
        self.lists = ListMemory()
        self.log = VsLog(self.memory, self.condition, setup.clock, setup.battery)
        identity = _identity(self.model, serial)
        self._answers = VsAnswers(identity, self.log, self.lists, setup.lost_records)
        self._session = WandSession()

    @property
    def deadline(self) -> float | None:
        """Nothing is ever due: this wand only answers."""
        return None

    def power_on(self, utc: datetime) -> None:
        """Counted and logged; power that was lost leaves the open page torn."""
        torn = self.memory.lose_power()
        cause = KEY_OR_DOCK if torn is None else BROWN_OUT
        self.condition.power_ons += 1
        self.condition.brown_outs += cause == BROWN_OUT
        self.log.watch_clock(utc)
        self.log.note("power_on", utc, cause, self.condition.power_ons)
        if torn is not None:
            self.log.note("page_torn", utc, *torn)

    def voltage_low(self, utc: datetime) -> None:
        """Logged."""
        self.log.note("voltage_too_low", utc, self.log.voltage_mv(utc))

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Put a guard into the roster; a long name is cut."""
        self.lists.enrol(RosterEntry.named(number=number, name=name, tag=_whole(tag)))

    def select_guard(self, number: int) -> None:
        """The next records bear this guard's number."""
        self.log.guard_number = number

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:
        """A tag is read; False for one this model cannot read."""
        try:
            tag_type, subject = tag_field(_whole(tag))
        except ValueError:
            return False
        if not self.model.tag_types >> (tag_type - 1) & 1:
            return False
        self.condition.touches += 1
        self.log.ring_alarms(self.lists.alarms, utc)
        status = GUARD_TAG_BIT if is_guard_tag else 0
        self.log.write(LogKind.PATROL, tag_type, utc, subject, status)
        if self.condition.touches % TOUCHES_A_MISHAP == 0:
            self._mishap(utc)
        return True

    def short(self, utc: datetime, duration_ms: int) -> None:
        """Metal joins the contacts of the head for so long."""
        self.condition.shorts += 1
        self.condition.longest_short_ms = max(self.condition.longest_short_ms, duration_ms)
        self.log.note("reader_short", utc, duration_ms, self.condition.shorts)

    def knock(self, utc: datetime, strength_mg: int) -> None:
        """The wand is hit, and feels it."""
        self.condition.impacts += 1
        self.condition.strongest_mg = max(self.condition.strongest_mg, strength_mg)
        self.log.write(LogKind.KNOCK, 0, utc, strength_mg.to_bytes(8, "little"))

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """The frames of each answer; a command takes effect when its answer is drawn."""
        return self._frames(data, now, utc)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - nothing is due
        """Nothing: this wand only answers."""
        return iter(())

    def _frames(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        for event in self._session.receive(data, now):
            match event:
                case Transmit(frame):
                    yield frame
                case Requested(request=request):
                    for reply in self._answers.replies(request, utc):
                        yield from self._session.reply(event, reply)
                case _:
                    pass

    def _mishap(self, utc: datetime) -> None:
        if self.model is CONTACT:
            self.short(utc, SHORT_MS)
        else:
            self.knock(utc, KNOCK_MG)


def _identity(model: VsModel, serial: bytes) -> IdentityReply:
    return IdentityReply(
        model_raw=model.name.encode().ljust(12, b"\x00"),
        serial=serial,
        printed_raw=f"CS{int.from_bytes(serial[4:]):07d}".encode().ljust(16, b"\x00"),
        firmware_raw=f"{model.name}-{VERSION}".encode().ljust(24, b"\x00"),
        batch_raw=BATCH.ljust(12, b"\x00"),
        production_day=(PRODUCED - FIRST_SECOND.date()).days,
        tag_types=model.tag_types,
    )


def _whole(tag: TagId) -> TagId:
    """The tag as the head reads it: a button named by its serial alone is a DS1990."""
    if tag.technology is not TagTechnology.IBUTTON or len(tag.octets) == ROM_OCTETS:
        return tag
    rom = FAMILY + tag.octets[::-1].ljust(ROM_OCTETS - 2, b"\x00")
    return TagId(tag.technology, rom + bytes((crc8_maxim(rom),)))


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
        wanted="16 hexadecimal digits in capitals that begin with 5B (VS5000B) or 5F (VF5000+)",
        allows=_is_number,
    ),
    make=VsWand,
    usb=lambda number: USB_PROFILES[number[:2]],
)
