"""Generates an archive wand by wand, in as many processes as wanted; can be begun again."""

import os
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import active_children, get_context, parent_process

from watchclock_sim.archive.rounds import Numbers
from watchclock_sim.archive.settings import ArchiveSettings, WandPlace
from watchclock_sim.archive.store import ArchiveStore
from watchclock_sim.archive.wand_captures import Row, captures_of
from watchclock_sim.archive.year_plan import made_records
from watchclock_sim.errors import ArchiveWorkerLostError

__all__ = ["Summary", "generate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What there is of an archive, or of a part of it.

    Attributes:
        wands: how many are finished.
        captures: their captures.
        written: how many of these were written now; the others were there already.
        records: records in the captures.
        overwritten: records that were lost in the wands because nobody downloaded them in time.
        size_bytes: of the captures written now.
    """

    wands: int = 0
    captures: int = 0
    written: int = 0
    records: int = 0
    overwritten: int = 0
    size_bytes: int = 0

    def __add__(self, other: "Summary") -> "Summary":
        return Summary(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(Summary)
            }
        )


def generate(settings: ArchiveSettings) -> Iterator[Summary]:
    """What there is after every finished wand; the last one is the whole.

    Raises:
        ArchiveOtherError: the folder holds another archive.
        ArchiveFolderError: it cannot be written.
        ArchiveWorkerLostError: a process was ended from outside.
    """
    store, fleet = ArchiveStore(settings.folder), settings.fleet()
    store.open(settings.told())
    store.spread_truth()
    made = made_records(settings)
    total = Summary()
    for summary in _each(settings, [(wand, made[wand.place]) for wand in fleet]):
        total += summary
        yield total
    store.finish([wand.folder for wand in fleet])


def _each(settings: ArchiveSettings, pieces: list[tuple[WandPlace, Numbers]]) -> Iterator[Summary]:
    work = partial(_generate_wand, settings)
    if settings.processes == 1:
        yield from map(work, pieces)
        return
    pool = ProcessPoolExecutor(
        settings.processes, mp_context=get_context("spawn"), initializer=_end_with_parent
    )
    try:
        with _interrupts_held_back():
            futures = [pool.submit(work, piece) for piece in pieces]
        for future in futures:
            yield future.result()
    except BrokenProcessPool as error:
        raise ArchiveWorkerLostError from error
    except (GeneratorExit, KeyboardInterrupt):
        # Nobody waits for a wand of many minutes; a run that was killed can be gone on with.
        for worker in active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_held_back() -> Generator[None]:
    """While workers are started Ctrl-C waits, and they are born deaf to it.

    A terminal sends it to them too, before they can say that they leave it to this process. A
    worker of Windows, which has no masks of signals, may still tell of it while it is starting.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    # Not only masked: another thread, such as one that draws a bar, would take it instead.
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        if sys.platform == "win32":
            yield
        else:
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                yield
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever; Ctrl-C is the parent's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _generate_wand(settings: ArchiveSettings, piece: tuple[WandPlace, Numbers]) -> Summary:
    """Write what is missing of one wand."""
    wand, made = piece
    store = ArchiveStore(settings.folder)
    known = store.rows_of(wand.folder)
    if known is not None and all(map(store.is_kept, known)):
        return _summary(known, written=0, size_bytes=0)
    rows: list[Row] = []
    written = size_bytes = 0
    for file in captures_of(settings, wand, made):
        if file.data and store.put(file.name, file.data):
            written += 1
            size_bytes += len(file.data)
        rows.append(file.row)
    store.finish_wand(wand.folder, rows)
    return _summary(rows, written=written, size_bytes=size_bytes)


def _summary(rows: list[Row], *, written: int, size_bytes: int) -> Summary:
    return Summary(
        wands=1,
        captures=sum(row["capture"] is not None for row in rows),
        written=written,
        records=sum(_number(row, "records") for row in rows),
        overwritten=sum(_number(row, "overwritten") for row in rows),
        size_bytes=size_bytes,
    )


def _number(row: Row, key: str) -> int:
    value = row[key]
    return value if isinstance(value, int) else 0
