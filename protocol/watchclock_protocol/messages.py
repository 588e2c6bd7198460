"""What a wand tells about itself, as values without any dialect's bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import WandTime

__all__ = ["Acknowledged", "Answer", "ClockReading", "ClockSet", "Counters", "DialectReply"]
__all__ += ["Identity", "LiveBegan", "LiveEnded", "PushAnswered", "ReadingComplete", "RingState"]
__all__ += ["WandHealth", "slotless_counters", "slotless_counters_of"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which wand answered.

    Attributes:
        dialect: name of the dialect it speaks.
        number: the wand's own number as text, unique within the dialect.
        firmware: firmware version as the wand prints it, if it tells.
    """

    dialect: str
    number: str
    firmware: str | None = None

    @property
    def key(self) -> str:
        """The name under which every record of this wand is kept, ``dialect:number``."""
        return f"{self.dialect}:{self.number}"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the wand's clock showed when it was asked."""

    time: WandTime


@dataclass(frozen=True, slots=True)
class RingState:
    """One kind of record in the wand's memory.

    Attributes:
        kind: which records.
        capacity: slots in the ring; None where the dialect does not tell.
        write_index: slot last written; None where the dialect has no ring.
        read_index: slot last acknowledged; None where the dialect has no ring.
        is_wrapped: unread records were overwritten, how many is unknown.
        unread: records waiting, by the dialect's own arithmetic.
    """

    kind: RecordKind
    capacity: int | None
    write_index: int | None
    read_index: int | None
    is_wrapped: bool
    unread: int


@dataclass(frozen=True, slots=True)
class WandHealth:
    """What the wand says of its own condition; None for what it does not tell.

    Attributes:
        voltage_mv: battery voltage in millivolts.
        charge_percent: battery charge, 0 to 100.
        power_ons: how often the wand was switched on in its life.
        formats: how often its memory was formatted.
        factory_date: day of manufacture as the wand tells it.
    """

    voltage_mv: int | None = None
    charge_percent: int | None = None
    power_ons: int | None = None
    formats: int | None = None
    factory_date: date | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """How many records wait, and the wand's condition where the dialect tells it."""

    rings: tuple[RingState, ...]
    health: WandHealth | None = None

    @property
    def announced(self) -> int:
        """All records the wand says it holds unread."""
        return sum(ring.unread for ring in self.rings)


def slotless_counters(unread: int) -> Counters:
    """The counters of a memory without slots, of which nothing is told but how many wait."""
    return slotless_counters_of({RecordKind.PATROL: unread})


def slotless_counters_of(counts: Mapping[RecordKind, int]) -> Counters:
    """The same for one memory of each kind."""
    return Counters(
        tuple(
            RingState(
                kind=kind,
                capacity=None,
                write_index=None,
                read_index=None,
                is_wrapped=False,
                unread=unread,
            )
            for kind, unread in counts.items()
        )
    )


@dataclass(frozen=True, slots=True)
class ReadingComplete:
    """All announced records arrived in one reading of the memory."""

    announced: int
    received: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The wand confirmed that its records may be given up."""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wand confirmed its clock was set to this civil time."""

    civil: datetime


@dataclass(frozen=True, slots=True)
class LiveBegan:
    """The wand hands over every record it makes, of its own accord."""


@dataclass(frozen=True, slots=True)
class LiveEnded:
    """The wand does with new records what it did before ``LiveBegan``."""


@dataclass(frozen=True, slots=True)
class PushAnswered:
    """The wand was told that the record it handed over is safe; it confirms nothing."""


class DialectReply:
    """A reply that only one dialect knows; its values are subclasses beside its commands.

    Callers that speak no dialect by name may pass over it.
    """

    __slots__ = ()


Answer = (
    Identity
    | ClockReading
    | Counters
    | ReadingComplete
    | Acknowledged
    | ClockSet
    | LiveBegan
    | LiveEnded
    | PushAnswered
    | DialectReply
)
