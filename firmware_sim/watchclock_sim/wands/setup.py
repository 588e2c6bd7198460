"""What a wand is before it is switched on, whichever dialect it speaks."""

from dataclasses import dataclass, field

from watchclock_sim.hardware.battery import Battery
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.memory import WhenFull
from watchclock_sim.hardware.profile import SOUND, HardwareLife
from watchclock_sim.hardware.witness import Witness

__all__ = ["WandSetup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WandSetup:
    """One wand.

    Attributes:
        number: its own number, as the dialect's ``Identity`` shows it.
        clock: its clock, which the host may set.
        battery: its battery.
        capacity: patrol records it can hold.
        when_full: what a full ring does; a list without slots always stops.
        logs_host_actions: whether it notes in its system log what the host does.
        lost_records: which records, counted from 1 as they are handed out, it leaves out.
        life: what becomes of its parts.
        witness: told why a touch left no record, for the truth alone.
    """

    number: str
    clock: WandClock
    battery: Battery
    capacity: int
    when_full: WhenFull = WhenFull.OVERWRITE
    logs_host_actions: bool = False
    lost_records: frozenset[int] = frozenset()
    life: HardwareLife = SOUND
    witness: Witness = field(default_factory=Witness)
