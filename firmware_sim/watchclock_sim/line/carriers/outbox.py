"""Gathers what is sent to one host, so that many small answers leave in one piece."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

__all__ = ["Outbox"]

OCTETS_AT_ONCE: Final = 1 << 16
"""So much is gathered at most, beside the piece that goes beyond it."""


class Outbox:
    """Octets on their way to one host; they leave at once, or in one piece after ``gathering``.

    Args:
        send: takes pieces, to be joined in this order.
    """

    def __init__(self, send: Callable[[list[bytes]], None]) -> None:
        self._send = send
        self._pieces: list[bytes] = []
        self._octets = 0
        self._is_gathering = False

    def put(self, head: bytes, data: bytes = b"") -> None:
        """One message, in two parts so that long data need not be copied."""
        self._pieces.append(head)
        if data:
            self._pieces.append(data)
        self._octets += len(head) + len(data)
        if not self._is_gathering or self._octets >= OCTETS_AT_ONCE:
            self._flush()

    @contextmanager
    def gathering(self) -> Generator[None]:
        """Until the block ends, only large pieces leave."""
        self._is_gathering = True
        try:
            yield
        finally:
            self._is_gathering = False
            self._flush()

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            self._octets = 0
            self._send(pieces)
