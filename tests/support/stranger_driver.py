"""A stranger's driver that claims a scheme already taken."""

from collections.abc import Sequence

from watchclock_device.links import FoundPort, Link
from watchclock_protocol.dialect import LineSettings

__all__ = ["SecondSerialDriver"]


class SecondSerialDriver:
    """Never opens anything; it is there to be refused."""

    scheme = "serial"

    def find(self) -> Sequence[FoundPort]:
        """Nothing."""
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """Nothing."""
        raise AssertionError((target, line))
