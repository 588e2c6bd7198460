"""Watches the one open descriptor of a port in the running event loop, and never spins.

A loop that watches a descriptor calls again and again until somebody reads. A wand whose memory is
full of requests does not read, so after one unanswered call the descriptor is left alone until the
wand reads again; a descriptor is watched for writing only while bytes were refused.
"""

import asyncio
from collections.abc import Callable

__all__ = ["WatchedEnd"]


class WatchedEnd:
    """The wand's end of a cable as a descriptor that comes, goes and is replaced."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Callable[[], None] | None = None
        self._descriptor: int | None = None
        self._is_watched = False
        self._is_unread = False
        self._is_refused = False

    def begin(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` within the running loop from now on, and once for what is there."""
        self._loop = asyncio.get_running_loop()
        self._wake = wake
        self._resume()
        wake()

    def follow(self, descriptor: int | None) -> None:
        """Watch another open descriptor, or none; to be told before the former is closed."""
        if self._loop is not None and self._descriptor is not None:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
        self._descriptor = descriptor
        self._is_watched = self._is_unread = self._is_refused = False
        self._resume()
        if self._wake is not None:
            self._wake()

    def was_read(self) -> None:
        """The wand has taken what was there, or found nothing."""
        self._is_unread = False
        self._resume()

    def has_refused(self) -> None:
        """The descriptor took fewer bytes than it was given."""
        if self._loop is not None and self._descriptor is not None and not self._is_refused:
            self._is_refused = True
            self._loop.add_writer(self._descriptor, self._writable)

    def rest(self, seconds: float) -> None:
        """Leave the descriptor alone for a while, because nothing can be done about it now."""
        if self._loop is not None and self._descriptor is not None:
            self._pause(self._loop, self._descriptor)
            self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if self._loop is not None and self._descriptor is not None and not self._is_watched:
            self._is_watched = True
            self._loop.add_reader(self._descriptor, self._readable)

    def _pause(self, loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
        loop.remove_reader(descriptor)
        self._is_watched = False

    def _readable(self) -> None:
        if self._loop is None or self._descriptor is None or self._wake is None:
            return
        if self._is_unread:
            self._pause(self._loop, self._descriptor)
            return
        self._is_unread = True
        self._wake()

    def _writable(self) -> None:
        if self._loop is None or self._descriptor is None or self._wake is None:
            return
        self._is_refused = False
        self._loop.remove_writer(self._descriptor)
        self._wake()
