"""What is told of hosts that misbehave: one line each, and never a flood of lines.

Whoever can reach a port can open connections as fast as the network lets him, so lines are
counted out: a few at once, then one now and then that also says how many were left out.
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
        self._monotonic = monotonic
        self._allowed = float(AT_ONCE)
        self._counted = monotonic()
        self._left_out = 0

    def tell(self, host: str, reason: object) -> None:
        """Log that a host was hung up on, if this is not one too many.

        Args:
            host: where it came from.
            reason: a sentence, or an error that is one.
        """
        if self._has_line():
            LOG.warning("hung up on %s: %s%s", host, reason, self._others())

    def note(self, host: str, what: str) -> None:
        """Log what a host has done, out of the same lines: hosts can come as fast as they go.

        Args:
            host: where it came from.
            what: what goes on "HOST …".
        """
        if self._has_line():
            LOG.info("%s %s%s", host, what, self._others())

    def _has_line(self) -> bool:
        """Whether there is a line for one more; if not, it is counted."""
        now = self._monotonic()
        self._allowed = min(AT_ONCE, self._allowed + (now - self._counted) * A_SECOND)
        self._counted = now
        if self._allowed < 1:
            self._left_out += 1
            return False
        self._allowed -= 1
        return True

    def _others(self) -> str:
        others = f" ({self._left_out} like it were not told)" if self._left_out else ""
        self._left_out = 0
        return others
