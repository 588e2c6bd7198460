"""Touches without a scenario: as many as wanted, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["GeneratedTouch", "generated_touches"]

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
STEP_S: Final = 30
TAGS: Final = 50
TAG_PREFIX: Final = {TagTechnology.IBUTTON: b"\x00\x00\x00", TagTechnology.RFID: b""}


class GeneratedTouch(NamedTuple):
    """A tag and the true instant of its touch."""

    tag: TagId
    utc: datetime


def generated_touches(
    count: int, seed: int, technology: TagTechnology
) -> Iterator[GeneratedTouch]:
    """Touches of fifty tags, half a minute apart, from the beginning of 2026 on."""
    chance = random.Random(f"generated {seed}")  # noqa: S311 - repeatable, not secret
    prefix = TAG_PREFIX[technology]
    tags = [TagId(technology, prefix + chance.randbytes(3)) for _ in range(TAGS)]
    for index in range(count):
        yield GeneratedTouch(chance.choice(tags), BEGIN + timedelta(seconds=STEP_S * index))
