"""Which kinds of wands a fleet has, and which numbers they bear."""

from collections.abc import Mapping
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.wands.personality import find_personality

__all__ = ["numbers_of", "parsed_shares"]

LARGEST_SHARE: Final = 1_000_000


def parsed_shares(text: str, total: int | None = None) -> Mapping[str, int]:
    """How many wands of each kind ``NAME:SHARE,…`` asks for, in the order of the text.

    Args:
        text: a share may be left out and is then 1.
        total: how many wands there are; the shares divide them. None: the shares are numbers.

    Raises:
        SimulatorOptionError: it cannot be understood, or there is no such wand.
    """
    shares: dict[str, int] = {}
    for part in text.split(","):
        name, _, share = part.strip().partition(":")
        is_number = share.isascii() and share.isdecimal() and 0 < int(share[:9]) <= LARGEST_SHARE
        if not name or (share and not is_number) or name in shares or part.count(":") > 1:
            reason = FilledReason("--dialects {text} is not NAME:NUMBER,…", text=text)
            raise SimulatorOptionError(reason=reason)
        find_personality(name)
        shares[name] = int(share or 1)
    return shares if total is None else _divided(shares, total)


def numbers_of(dialect: str, count: int, *, may_repeat: bool = False) -> tuple[str, ...]:
    """So many numbers of wands of this kind, from the first or its default number on.

    Args:
        dialect: which kind.
        count: how many.
        may_repeat: where wands of this kind have fewer numbers, they come again.

    Raises:
        SimulatorOptionError: wands of this kind have fewer numbers.
    """
    personality = find_personality(dialect)
    default = personality.default_number
    if default.isdecimal() and len(default) < 3:  # noqa: PLR2004 - an address, not a serial
        numbers = tuple(str(number) for number in range(1, count + 1))
    else:
        numbers = tuple(f"{int(default, 16) + place:0{len(default)}X}" for place in range(count))
    allowed = sum(map(personality.number.allows, numbers))
    if may_repeat:
        return tuple(numbers[place % allowed] for place in range(count))
    if allowed < count:
        reason = FilledReason(
            "{count} wands of {dialect} cannot be told apart, {allowed} can",
            count=count,
            dialect=dialect,
            allowed=allowed,
        )
        raise SimulatorOptionError(reason=reason)
    return numbers


def _divided(shares: Mapping[str, int], total: int) -> Mapping[str, int]:
    """The total in these shares; what is left over goes to the first ones."""
    whole = sum(shares.values())
    counts = {name: total * share // whole for name, share in shares.items()}
    left = total - sum(counts.values())
    for name in list(counts)[:left]:
        counts[name] += 1
    return {name: count for name, count in counts.items() if count}
