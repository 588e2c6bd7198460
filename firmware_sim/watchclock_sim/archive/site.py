"""The tags of a wand's site and what every voice of a year is made of."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from watchclock_protocol.values import TagId
from watchclock_sim.archive.year_clock import YearClock
from watchclock_sim.generated import made_tags
from watchclock_sim.wands.personality import find_personality

__all__ = ["YearSetup", "integers_of"]


# Not slotted: the tags are made once and kept (cached_property needs a __dict__).
@dataclass(frozen=True, kw_only=True)
class YearSetup:
    """One wand before its first night.

    Attributes:
        dialect: what it speaks.
        number: its own number.
        capacity: records its memory is made for.
        checkpoints: tags on its site.
        clock: its clock.
        seed: source of its tags.
        chance: source of everything else.
    """

    dialect: str
    number: str
    capacity: int
    checkpoints: int
    clock: YearClock
    seed: int
    chance: np.random.Generator = field(repr=False)

    @cached_property
    def tags(self) -> tuple[TagId, ...]:
        """Tags of the checkpoints, then those of guards."""
        technology = find_personality(self.dialect).technology(self.number)
        return made_tags(2 * self.checkpoints, self.seed, technology)


def integers_of(octets: list[bytes]) -> npt.NDArray[np.uint64]:
    """Fields of bytes as columns hold them: the first byte lowest."""
    return np.array([int.from_bytes(each, "little") for each in octets], np.uint64)
