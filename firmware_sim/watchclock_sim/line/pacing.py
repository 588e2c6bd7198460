"""Bytes take time on a serial line; a pty and a TCP port have none of it, so the simulator does.

A byte is ten bits (start, eight data, stop). Bytes that follow each other without a pause leave by
an absolute schedule counted from the first of them, so late wake-ups never add up.
"""

from typing import Final

__all__ = ["PacedLine"]

BITS_A_BYTE: Final = 10
CHUNK_S: Final = 0.004
UNPACED_CHUNK: Final = 2048
ROUNDING: Final = 1e-6


class PacedLine:
    """One direction of a serial line.

    Args:
        baud: bits a second; 0 lets every byte through at once.
    """

    def __init__(self, baud: int) -> None:
        self._byte_s = BITS_A_BYTE / baud if baud else 0.0
        self._chunk = max(1, int(CHUNK_S / self._byte_s)) if baud else UNPACED_CHUNK
        self._waiting = bytearray()
        self._began = 0.0
        self._passed = 0

    def __len__(self) -> int:
        """Bytes that have not arrived yet."""
        return len(self._waiting)

    @property
    def is_low(self) -> bool:
        """Whether more should be put in now so that the line does not fall idle."""
        return len(self._waiting) < 8 * self._chunk

    def put(self, data: bytes, now: float) -> None:
        """Bytes enter the line, right behind those still on it."""
        if not self._waiting:
            self._began = max(now, self._began + self._passed * self._byte_s)
            self._passed = 0
        self._waiting += data

    def arrived(self, now: float) -> bytes:
        """The bytes whose last bit is through by now; each is given once."""
        count = len(self._waiting)
        if self._byte_s:
            through = int((now - self._began) / self._byte_s + ROUNDING)
            count = max(0, min(count, through - self._passed))
        data = bytes(self._waiting[:count])
        del self._waiting[:count]
        self._passed += count
        return data

    def next_arrival(self) -> float | None:
        """When it is worth calling ``arrived`` again, or None while the line is empty."""
        if not self._waiting:
            return None
        return self._began + (self._passed + min(self._chunk, len(self._waiting))) * self._byte_s

    def cut(self) -> None:
        """Whatever is on the line is lost."""
        self._waiting.clear()
