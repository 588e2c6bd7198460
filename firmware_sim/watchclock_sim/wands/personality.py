"""A kind of wand that can be simulated, found by entry point like a third party's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagTechnology
from watchclock_sim.errors import PersonalityUnknownError, SimulatorOptionError
from watchclock_sim.hardware.profile import Mishap
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import UsbProfile

__all__ = ["PERSONALITY_GROUP", "NumberRule", "Personality", "find_personality"]
__all__ += ["personality_names"]

PERSONALITY_GROUP: Final = "watchclock.simulated_wands"
"""Each entry point is named like its dialect and leads to a ``Personality``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """Which numbers a wand of this kind can have.

    Attributes:
        wanted: the rule in words that go on "… is not".
        allows: whether it can have this number.
    """

    wanted: FilledReason
    allows: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personality:
    """One kind of wand.

    Attributes:
        name: of the dialect it speaks.
        technology: the tags it reads, by the number it has where that decides.
        default_number: the number it has when none is asked for.
        number: which numbers it can have, as the dialect's ``Identity`` shows them.
        make: a wand that is switched off and empty.
        baud: the speed its serial part speaks, 8-N-1, where it has not been set otherwise; 0 where
            any will do.
        wants_lines_low: whether it is silent while the host raises DTR or RTS.
        usual_mishaps: what happens to a wand of this kind where a scenario does not say.
        usb: what it is on the bus, by the number it has where that decides; None for a wand
            that has no USB.
    """

    name: str
    technology: Callable[[str], TagTechnology]
    default_number: str
    number: NumberRule
    make: Callable[[WandSetup], Firmware]
    baud: int = 0
    wants_lines_low: bool = False
    usual_mishaps: tuple[Mishap, ...] = ()
    usb: Callable[[str], UsbProfile] | None = None

    def usb_profile(self, number: str, usb_id: str | None = None) -> UsbProfile:
        """What a wand of this number is on the bus.

        Args:
            number: one that it can have.
            usb_id: another ``VID:PID`` than it comes with.

        Raises:
            SimulatorOptionError: it has no USB, or that is no ``VID:PID``.
        """
        if self.usb is None:
            raise SimulatorOptionError(
                reason=FilledReason("a {dialect} has no USB", dialect=self.name)
            )
        profile = self.usb(number)
        return profile if usb_id is None else profile.renumbered(usb_id)

    def check_number(self, number: str) -> None:
        """Make sure that such a wand can have this number.

        Raises:
            SimulatorOptionError: it cannot.
        """
        if not self.number.allows(number):
            reason = FilledReason(
                "the number {number!r} of a {dialect} is not {wanted}",
                number=number,
                dialect=self.name,
                wanted=self.number.wanted,
            )
            raise SimulatorOptionError(reason=reason)


@cache
def personality_names() -> tuple[str, ...]:
    """The wands that can be simulated, in the order of their names."""
    return tuple(sorted({point.name for point in entry_points(group=PERSONALITY_GROUP)}))


@cache
def find_personality(name: str) -> Personality:
    """The kind of wand of that name; only this one is imported.

    Raises:
        PersonalityUnknownError: no installed package can simulate it.
    """
    for point in entry_points(group=PERSONALITY_GROUP, name=name):
        found: object = point.load()
        if isinstance(found, Personality):
            return found
    raise PersonalityUnknownError(dialect=name, known=", ".join(personality_names()))
