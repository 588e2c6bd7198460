"""One port for work that falls into independent pieces, and the local way to do it."""

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final, Protocol, TypeVar

from typing_extensions import override

from watchclock_server.errors import ServerError

__all__ = ["InThisProcess", "ProcessPool", "WorkerLostError", "Workers"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_AHEAD: Final = 2
"""Pieces handed out beyond those being worked on, so that no worker waits."""


class WorkerLostError(ServerError):
    """A worker process was ended from outside, for want of memory for example."""

    code = "server.worker_lost"
    template = "A worker process ended before its work was done."
    next_step = "Run it again with fewer --workers; what was done is not done again."


class Workers(Protocol):
    """Does pieces of work that do not depend on each other, here or elsewhere."""

    def each(self, work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        """The result of every piece, in the order of the pieces.

        Args:
            work: a function of a module, so that another process can find it.
            pieces: small; what they name is read where the work is done.

        Raises:
            WorkerLostError: a worker ended before its work was done.
        """
        ...


class InThisProcess(Workers):
    """One piece after the other."""

    @override
    def each(self, work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        return map(work, pieces)


@contextmanager
def _deaf_to_interrupts() -> Generator[None]:
    """Processes begun meanwhile are born with Ctrl-C held back."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_parent() -> None:
    """A terminal sends Ctrl-C to workers too; they finish their piece, the parent ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class ProcessPool(Workers):
    """Processes on this machine. Results that nobody has fetched yet are few."""

    def __init__(self, workers: int) -> None:
        self._workers: Final = workers

    @override
    def each(self, work: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        # A forked copy of this process would share its threads' locks and its connections.
        pool = ProcessPoolExecutor(
            self._workers,
            mp_context=get_context("spawn"),
            initializer=_leave_interrupts_to_the_parent,
        )
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                with _deaf_to_interrupts():
                    waiting.append(pool.submit(work, piece))
                if len(waiting) >= self._workers + _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerLostError from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
