"""What happens on a guard's walk, as values: touches, checkpoints left out, and deeds."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watchclock_protocol.values import TagId
from watchclock_sim.scenario import Behaviour

__all__ = ["Deed", "DeedKind", "Night", "Skip", "SkipReason", "Step", "Touch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A tag was touched with a wand.

    Attributes:
        utc: the true instant, whole seconds.
        guard: key of the guard on duty, for whom the touch counts.
        carried_by: key of the guard who truly held the wand.
        checkpoint: key of the checkpoint the tag belongs to; None for a guard's own tag.
        place: key of the checkpoint where wand and tag truly were; None for a guard's own tag.
        route: key of the route walked; None for a guard's own tag.
        round_number: which round of the shift, from 1; 0 for a guard's own tag.
    """

    utc: datetime
    wand: str
    guard: str
    carried_by: str
    behaviour: Behaviour
    tag: TagId
    checkpoint: str | None
    place: str | None
    route: str | None
    round_number: int


class SkipReason(StrEnum):
    """Why a checkpoint was not read."""

    LEFT_OUT = "left_out"
    TOO_FAR = "too_far"
    TAG_GONE = "tag_gone"
    """Somebody had taken the tag off the wall."""
    TAG_UNREADABLE = "tag_unreadable"
    """The tag is dirty or broken: no wand can read it."""
    NOBODY_THERE = "nobody_there"
    """Nobody walked at that time."""
    HELD_TOO_BRIEFLY = "held_too_briefly"
    """The guard took the wand away before it had read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A checkpoint was left out.

    Attributes:
        utc: when the guard passed, or would have.
    """

    utc: datetime
    wand: str
    guard: str
    checkpoint: str
    route: str
    round_number: int
    reason: SkipReason


class DeedKind(StrEnum):
    """What a guard did besides walking and reading."""

    BREAK = "break"
    LATE = "late"
    SKIPPING = "skipping"
    LAZY = "lazy"
    CHEATING = "cheating"
    TAG_STEALING = "tag_stealing"
    SHARING = "sharing"
    TWO_GUARDS = "two_guards"
    THROWING = "throwing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something a guard did, with its true time.

    Attributes:
        checkpoints: which it was about: left out, or whose tag was taken.
        partner: key of the other guard who took part.
        strength_mg: of the blow, in thousandths of the earth's acceleration, when thrown.
        damage: fault profile that the wand shows from then on; None when it stood the blow.
    """

    kind: DeedKind
    wand: str
    guard: str
    route: str
    round_number: int
    begins: datetime
    ends: datetime
    checkpoints: tuple[str, ...] = ()
    partner: str | None = None
    strength_mg: int = 0
    damage: str | None = None


Step = Touch | Skip | Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What truly happened with one wand: touches by time, what was left out, and deeds by time."""

    touches: tuple[Touch, ...]
    skips: tuple[Skip, ...]
    deeds: tuple[Deed, ...]
