"""A wand that went through its night, as values: what it kept and why it did not keep the rest."""

from dataclasses import dataclass
from datetime import datetime

from watchclock_protocol.values import TagId
from watchclock_sim.hardware.profile import HardwareLife
from watchclock_sim.hardware.witness import NotKept
from watchclock_sim.walk_steps import Deed, Skip, Touch
from watchclock_sim.wands.firmware import Firmware

__all__ = ["KeptTouch", "NotKept", "WalkedWand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTouch:
    """A touch and what the wand made of it.

    Attributes:
        touch: what truly happened.
        wand_time: what the wand's clock showed then.
        is_kept: whether the wand made a record of it.
        why_not: why it made none; None when it did.
        read_as: the tag that its record bears instead; None when it bears the right one.
        is_low: whether its battery was nearly empty, or too weak for motor and head.
    """

    touch: Touch
    wand_time: datetime
    is_kept: bool
    why_not: NotKept | None = None
    read_as: TagId | None = None
    is_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedWand:
    """A wand whose memory holds its night, and the truth about that night.

    Attributes:
        life: what became of its parts, throws included.
    """

    firmware: Firmware
    touches: tuple[KeptTouch, ...]
    skips: tuple[Skip, ...]
    deeds: tuple[Deed, ...]
    life: HardwareLife
