"""What is told of hosts that misbehave: one line each, and never a flood of lines.

Whoever can reach a port can open connections as fast as the network lets him, so lines are
counted out: a few at once, then one now and then that also says how many were left out. Whom
nobody hung up on is told out of other lines, which no flood of strangers can use up.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

__all__ = ["Complaints"]

LOG: Final = logging.getLogger(__name__)
AT_ONCE: Final = 10
A_SECOND: Final = 0.5


class Complaints:
    """The lines of one port.

    Args:
        monotonic: seconds that never jump.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._hung_up = _Allowance(monotonic)
        # Apart, or strangers who are hung up on could hide who has the wand.
        self._done = _Allowance(monotonic)

    def tell(self, host: str, reason: object) -> None:
        """Log that a host was hung up on, if this is not one too many.

        Args:
            host: where it came from.
            reason: a sentence, or an error that is one.
        """
        if self._hung_up.has_line():
            LOG.warning("hung up on %s: %s%s", host, reason, self._hung_up.others())

    def note(self, host: str, what: str) -> None:
        """Log what a host has done, if this is not one too many; hosts come as fast as they go.

        Args:
            host: where it came from.
            what: what goes on "HOST …".
        """
        if self._done.has_line():
            LOG.info("%s %s%s", host, what, self._done.others())


class _Allowance:
    """How many lines of one kind may still be told."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._allowed = float(AT_ONCE)
        self._counted = monotonic()
        self._left_out = 0

    def has_line(self) -> bool:
        """Whether there is a line for one more; if not, it is counted."""
        now = self._monotonic()
        self._allowed = min(AT_ONCE, self._allowed + (now - self._counted) * A_SECOND)
        self._counted = now
        if self._allowed < 1:
            self._left_out += 1
            return False
        self._allowed -= 1
        return True

    def others(self) -> str:
        """What to say of those that were left out since the last line."""
        others = f" ({self._left_out} like it were not told)" if self._left_out else ""
        self._left_out = 0
        return others
