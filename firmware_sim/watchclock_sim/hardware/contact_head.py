"""The head of a contact wand: presence pulses, dirt, bounce, and two buttons held at once.

A 1-Wire bus is wired-AND (Maxim application note 126): a button answers a reset with a presence
pulse, and where two answer Read ROM together every bit is 0 that either of them sends as 0. The
CRC-8 over the first seven octets (application note 27) is what finds out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.values import ROM_OCTETS, TagId
from watchclock_sim.hardware.health import Health, PartLife

__all__ = ["PULSES_A_TEST", "ContactHead", "HeadReading", "both_roms", "has_right_crc", "rom_of"]

ATTEMPTS: Final = 3
PULSES_A_TEST: Final = 100
BITS: Final = 8 * ROM_OCTETS
MOST_WRONG_BITS: Final = 4
FAMILY: Final = b"\x01"
NO_CONTACT_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadReading:
    """What one touch came to.

    Attributes:
        octets: the tag as it was read last; None when nothing answered.
        attempts: how often the head tried to read.
        good: attempts that gave a right answer, 0 or 1.
        had_presence: whether anything answered at all.
        wrong_crcs: answers whose check was wrong.
    """

    octets: bytes | None
    attempts: int
    good: int
    had_presence: bool
    wrong_crcs: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the tag was read."""
        return bool(self.good)


class ContactHead:
    """Reads buttons, three times at most for each touch.

    Args:
        life: of the head; a failing one is dirty, an intermittent one has a loose wire.
    """

    def __init__(self, life: PartLife) -> None:
        self._life: Final = life
        self._shorted_until: datetime | None = None

    def short(self, utc: datetime, duration_ms: int) -> None:
        """Metal joins the contacts; nothing can be read until it is gone."""
        self._shorted_until = utc + timedelta(milliseconds=duration_ms)

    def read(self, rom: bytes, utc: datetime, other: bytes | None = None) -> HeadReading:
        """A touch of the button with this ROM, and of another one at the same time.

        A single button whose own CRC is wrong, as bad copies have, is taken as it is: wands are
        known to store such tags.
        """
        sent = rom if other is None else both_roms(rom, other)
        if self._shorted_until is not None and utc < self._shorted_until:
            return HeadReading(octets=None, attempts=1, good=0, had_presence=False)
        last: bytes | None = None
        wrong_crcs = 0
        for attempt in range(1, ATTEMPTS + 1):
            read = self._attempt(sent, utc, attempt)
            last = read or last
            if read is not None and ((read == rom and other is None) or has_right_crc(read)):
                return HeadReading(
                    octets=read,
                    attempts=attempt,
                    good=1,
                    had_presence=True,
                    wrong_crcs=wrong_crcs,
                )
            wrong_crcs += read is not None
        return HeadReading(
            octets=last,
            attempts=ATTEMPTS,
            good=0,
            had_presence=last is not None,
            wrong_crcs=wrong_crcs,
        )

    def pulses(self, utc: datetime) -> int:
        """Presence pulses of a hundred that the self-test sees from a button in its dock."""
        measured = self._life.measured(utc)
        if measured is not None:
            return measured
        return sum(self._life.works(utc, f"pulse {each}") for each in range(PULSES_A_TEST))

    def _attempt(self, sent: bytes, utc: datetime, attempt: int) -> bytes | None:
        """What one Read ROM gives; None without a presence pulse."""
        if self._life.works(utc, attempt):
            return sent
        chance = self._life.chance("contact", utc.isoformat(), attempt, sent.hex())
        is_dirty = self._life.health(utc) is Health.FAILING
        if not is_dirty or chance.random() < NO_CONTACT_SHARE:
            return None
        return _bounced(sent, chance)


def rom_of(tag: TagId) -> bytes:
    """The eight octets a button sends; one named by its serial alone is a DS1990."""
    if len(tag.octets) == ROM_OCTETS:
        return tag.octets
    rom = FAMILY + tag.octets[::-1].ljust(ROM_OCTETS - 2, b"\x00")
    return rom + bytes([crc8_maxim(rom)])


def both_roms(one: bytes, other: bytes) -> bytes:
    """What Read ROM gives while two buttons answer."""
    return bytes(left & right for left, right in zip(one, other, strict=True))


def has_right_crc(rom: bytes) -> bool:
    """Whether the last octet of a ROM is the CRC-8 of the others, and it is not all zeros."""
    return any(rom) and crc8_maxim(rom[:-1]) == rom[-1]


def _bounced(rom: bytes, chance: Random) -> bytes:
    """The contact opens for some bits, which then read 1."""
    ones = 0
    for bit in chance.sample(range(BITS), chance.randint(1, MOST_WRONG_BITS)):
        ones |= 1 << bit
    return (int.from_bytes(rom) | ones).to_bytes(ROM_OCTETS)
