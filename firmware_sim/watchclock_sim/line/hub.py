"""A hub: when it is reset, everything that is plugged into it goes away and comes back together.

A hub that is reset drives reset signals on all of its ports and knows none of its devices any more
(USB 2.0, 11.10), so a host meets each of them anew.
"""

from typing import Protocol

__all__ = ["Hub", "PluggedIn"]


class PluggedIn(Protocol):
    """What hangs on a hub."""

    def leave(self, back_at: float | None) -> None:
        """Go off the bus at once.

        Args:
            back_at: when it may come back, in seconds that never jump; None for never.
        """
        ...


class Hub:
    """A hub with any number of ports."""

    def __init__(self) -> None:
        self._ports: list[PluggedIn] = []

    def plug_in(self, device: PluggedIn) -> None:
        """One more device hangs on this hub from now on, whether it is on the bus or not."""
        self._ports.append(device)

    def reset(self, back_at: float) -> None:
        """Take every device off the bus until then; each of them comes back by itself.

        Args:
            back_at: in seconds that never jump.
        """
        for device in self._ports:
            device.leave(back_at)
