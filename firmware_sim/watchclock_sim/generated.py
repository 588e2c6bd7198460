"""Touches without a scenario: as many as wanted, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["GeneratedTouch", "generated_touches", "made_tags"]

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S: Final = 30
TAGS: Final = 50
FAMILY: Final = b"\x01"
WHOLE_OCTETS: Final = {
    TagTechnology.EM4100: 5,
    TagTechnology.ISO14443A: 4,
    TagTechnology.ISO15693: 8,
    TagTechnology.RFID: 3,
}


class GeneratedTouch(NamedTuple):
    """A tag and the true instant of its touch."""

    tag: TagId
    utc: datetime


def generated_touches(
    count: int, seed: int, technology: TagTechnology
) -> Iterator[GeneratedTouch]:
    """Touches of fifty tags, half a minute apart, from the beginning of 2026 on."""
    chance = _chance(seed)
    tags = [_tag(technology, chance) for _ in range(TAGS)]
    for index in range(count):
        yield GeneratedTouch(chance.choice(tags), BEGIN + timedelta(seconds=STEP_S * index))


def made_tags(count: int, seed: int, technology: TagTechnology) -> tuple[TagId, ...]:
    """So many tags, the same for the same seed."""
    chance = _chance(seed)
    return tuple(_tag(technology, chance) for _ in range(count))


def _chance(seed: int) -> random.Random:
    return random.Random(f"generated {seed}")  # noqa: S311 - repeatable, not secret


def _tag(technology: TagTechnology, chance: random.Random) -> TagId:
    """A whole tag as they are sold: small serials of DS1990 cans, ISO 15693 from E0 on."""
    match technology:
        case TagTechnology.IBUTTON:
            serial = chance.randbytes(3) + bytes(3)
            rom = FAMILY + serial
            return TagId(technology, rom + bytes((crc8_maxim(rom),)))
        case TagTechnology.ISO15693:
            return TagId(technology, b"\xe0\x04" + chance.randbytes(6))
        case _:
            return TagId(technology, chance.randbytes(WHOLE_OCTETS[technology]))
