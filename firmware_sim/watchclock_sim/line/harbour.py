"""Serves any number of wands in one event loop, in which a wand without work costs nothing.

A dock is turned when its port wakes it or when the moment has come that it named itself. Nothing
is asked in turn, so a thousand idle wands wait in one system call.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import AllWandsFailedError
from watchclock_sim.line.carriers.port import Clock, Port
from watchclock_sim.line.dock import Dock

__all__ = ["Carrier", "Harbour", "run_harbour", "stopped_by_signals"]

LOG: Final = logging.getLogger(__name__)
STOPPED: Final = FilledReason("stopped")
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Carrier(Protocol):
    """Something that brings hosts to several wands and lives in the same event loop."""

    async def open(self) -> None:
        """Let hosts in.

        Raises:
            SimulatorError: it cannot.
        """
        ...

    async def close(self) -> None:
        """Let every host go; may be called although ``open`` failed."""
        ...


class _Berth:
    """One dock: turned when it was woken, or when its own time has come."""

    def __init__(
        self, dock: Dock, port: Port, name: str, clock: Clock, failed: Callable[[], None]
    ) -> None:
        self.has_failed = False
        self._is_closed = False
        self._dock = dock
        self._port = port
        self._name = name
        self._clock = clock
        self._failed = failed
        self._turn_soon: asyncio.Handle | None = None
        self._turn_later: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Watch the port within the running loop, and look once at what is there already."""
        self._port.watch(self.wake)
        self.wake()

    def wake(self) -> None:
        """Turn the dock as soon as whoever calls has finished, and once however many call."""
        if self._turn_soon is None and not self._is_closed:
            self._turn_soon = asyncio.get_running_loop().call_soon(self._turn)

    def close(self) -> None:
        """Give the port back; may be called twice."""
        self._is_closed = True
        for handle in (self._turn_soon, self._turn_later):
            if handle is not None:
                handle.cancel()
        self._port.close()

    def _turn(self) -> None:
        self._turn_soon = None
        try:
            self._dock.turn()
            idle_s = self._dock.idle_s(self._clock.monotonic())
        except Exception:
            # Whatever a wand's firmware raises is that wand's end and no other's.
            LOG.exception(FilledReason("{wand} has failed and is off line", wand=self._name))
            self.has_failed = True
            self.close()
            self._failed()
            return
        self._turn_again_in(idle_s)

    def _turn_again_in(self, idle_s: float | None) -> None:
        if self._turn_later is not None:
            self._turn_later.cancel()
            self._turn_later = None
        if idle_s is not None:
            loop = asyncio.get_running_loop()
            if idle_s <= 0.0:
                self.wake()
            else:
                self._turn_later = loop.call_later(idle_s, self.wake)


class Harbour:
    """Wands and what brings hosts to them.

    Args:
        clock: where time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._berths: list[_Berth] = []
        self._carriers: list[Carrier] = []
        self._stopped: asyncio.Event | None = None
        self._is_to_stop = False

    def add(self, dock: Dock, port: Port, name: str) -> None:
        """Serve this dock too, at once if the harbour is open.

        Args:
            dock: the wand in its dock.
            port: what the dock is plugged into; closed at the end.
            name: how the wand is called in messages.
        """
        berth = _Berth(dock, port, name, self._clock, self._berth_failed)
        self._berths.append(berth)
        if self._stopped is not None:
            berth.open()

    def carry(self, carrier: Carrier) -> None:
        """Open and close this carrier together with the harbour."""
        self._carriers.append(carrier)

    def stop(self) -> None:
        """Let ``serve`` return, as soon as everything is open if it has not begun yet."""
        self._is_to_stop = True
        if self._stopped is not None:
            self._stopped.set()

    async def serve(self, ready: Callable[[], None]) -> None:
        """Serve every wand until ``stop`` is called; afterwards every port is closed.

        Args:
            ready: called when every host can connect.

        Raises:
            AllWandsFailedError: there were wands, and none is left.
            SimulatorError: a carrier cannot be opened.
        """
        self._stopped = asyncio.Event()
        try:
            for carrier in self._carriers:
                await carrier.open()
            for berth in self._berths:
                berth.open()
            ready()
            if not self._is_to_stop:
                await self._stopped.wait()
        finally:
            self.close()
            for carrier in self._carriers:
                await carrier.close()
        if self._have_all_failed():
            raise AllWandsFailedError

    def close(self) -> None:
        """Give every port back; may be called twice."""
        for berth in self._berths:
            berth.close()

    def _berth_failed(self) -> None:
        if self._have_all_failed():
            self.stop()

    def _have_all_failed(self) -> bool:
        return bool(self._berths) and all(berth.has_failed for berth in self._berths)


@contextmanager
def stopped_by_signals(harbour: Harbour) -> Generator[None]:
    """Ctrl-C and SIGTERM stop the harbour, though its loop does not run yet, or is half made.

    Between a port and the loop that gives it back, KeyboardInterrupt would leave a link behind,
    and in the middle of making the loop it would have Python complain of that.

    Args:
        harbour: that ends as soon as it has begun, if need be.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        harbour.stop()

    former = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, action in former.items():
            signal.signal(number, action)


def run_harbour(harbour: Harbour, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; whatever happens, every port is given back.

    Args:
        harbour: with its wands and carriers.
        ready: called when every host can connect.

    Raises:
        SimulatorError: see ``Harbour.serve``.
    """
    try:
        with stopped_by_signals(harbour):
            asyncio.run(_serve_until_signal(harbour, ready))
    except KeyboardInterrupt:
        # The signal came before the loop listened to it.
        LOG.info(STOPPED)
    finally:
        harbour.close()


async def _serve_until_signal(harbour: Harbour, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, harbour.stop)
    await harbour.serve(ready)
    LOG.info(STOPPED)
