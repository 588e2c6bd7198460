"""Waits for what another process, or a kernel, does in its own time and tells nobody."""

import time
from collections.abc import Callable
from typing import Final

__all__ = ["eventually"]

PATIENCE_S: Final = 20.0


def eventually(question: Callable[[], bool]) -> bool:
    """Whether the answer becomes yes within our patience."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        if question():
            return True
        time.sleep(0.02)
    return False
