"""Keeps the collector of cyclic garbage out of work that makes much that is no garbage."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import Final

__all__ = ["collector_waits"]


class _Waiting:
    """How many such works run at the moment, in all threads."""

    def __init__(self) -> None:
        self.lock: Final = Lock()
        self.count = 0
        self.was_enabled = True


_WAITING: Final = _Waiting()


@contextmanager
def collector_waits() -> Generator[None]:
    """Within the block nothing is collected, in no thread; for a second of work at most.

    Python collects whenever the number of objects has grown by a quarter. A full wand is so many
    objects at once, all of them in use, that looking through them took a third of the intake.
    """
    with _WAITING.lock:
        if _WAITING.count == 0:
            _WAITING.was_enabled = gc.isenabled()
            gc.disable()
        _WAITING.count += 1
    try:
        yield
    finally:
        with _WAITING.lock:
            _WAITING.count -= 1
            if _WAITING.count == 0 and _WAITING.was_enabled:
                gc.enable()
