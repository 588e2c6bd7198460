"""The far end of a link in a test: bytes both ways between threads, with the waits of a wire."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

PATIENT_S = 5.0


@dataclass(frozen=True)
class FarEnd:
    """Where a wand hears the host and is heard by it.

    Attributes:
        receive: at most so many bytes of the host; nothing when it is silent for so many
            seconds, or gone.
        send: bytes for the host, as packets, reports or a stream.
        unplug: the cable comes out.
    """

    receive: Callable[[int, float], bytes]
    send: Callable[[bytes], object]
    unplug: Callable[[], None]


class BytePipe:
    """Two queues of pieces and whether the cable is in; thread safe.

    Attributes:
        is_plugged: whether the cable is in.
        takes: whether the device takes what is sent to it.
    """

    def __init__(self) -> None:
        self.is_plugged = True
        self.takes = True
        self._changed = threading.Condition()
        self._to_host: list[bytes] = []
        self._from_host = b""

    def send(self, data: bytes) -> None:
        """A piece for the host: a packet, a report."""
        with self._changed:
            self._to_host.append(data)
            self._changed.notify_all()

    def receive(self, count: int, timeout_s: float = PATIENT_S) -> bytes:
        """At most ``count`` bytes of the host, at least one unless it is silent or gone."""
        with self._changed:
            self._changed.wait_for(lambda: self._from_host or not self.is_plugged, timeout_s)
            data, self._from_host = self._from_host[:count], self._from_host[count:]
            return data

    def unplug(self) -> None:
        with self._changed:
            self.is_plugged = False
            self._changed.notify_all()

    def wait_for_piece(self, timeout_s: float | None) -> bytes | None:
        """The next piece for the host, None when none came in time or the cable is out."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            while self.is_plugged and not self._to_host:
                left_s = None if end is None else end - time.monotonic()
                if left_s is not None and left_s <= 0:
                    return None
                self._changed.wait(left_s)
            return self._to_host.pop(0) if self.is_plugged else None

    def take(self, data: bytes) -> None:
        """What the host sends."""
        with self._changed:
            self._from_host += data
            self._changed.notify_all()

    def end(self, pieces: Callable[[bytes], list[bytes]] = lambda data: [data]) -> FarEnd:
        """The wand's end, at which what is sent is cut into such pieces."""

        def send(data: bytes) -> None:
            for piece in pieces(data):
                self.send(piece)

        return FarEnd(receive=self.receive, send=send, unplug=self.unplug)
