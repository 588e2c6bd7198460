"""``watchclock listen``: takes records as a wand makes them, each safe before it is answered."""

import json
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from typing_extensions import override

from watchclock.dock_options import AlsoOption, SpoolOption, make_discovery, open_spool
from watchclock.download_report import clock_words, print_recovered
from watchclock.json_option import JsonOption
from watchclock.language import translate as _
from watchclock.record_tables import stored_fields, tag_or_event
from watchclock.record_words import FLAG_WORDS
from watchclock_device.addresses import AUTO
from watchclock_device.clocks import SYSTEM_CLOCKS
from watchclock_device.docking import Docking
from watchclock_device.live import LiveOrder, LiveProgress
from watchclock_device.results import LiveResult, SilentProgress
from watchclock_device.zones import load_zone
from watchclock_protocol.records import Record

__all__ = ["listen"]


def listen(  # noqa: PLR0913 - one parameter an option of the command
    address: Annotated[
        str,
        typer.Argument(
            help=_("As for download, such as auto or tcp:HOST:PORT; ?unit=N on a shared line.")
        ),
    ] = AUTO,
    *,
    dialect: Annotated[
        str | None, typer.Option(help=_("What the wand speaks; found out by default."))
    ] = None,
    spool: SpoolOption = None,
    time_zone: Annotated[
        str | None,
        typer.Option(help=_("IANA name of the site's time zone; by default this machine's.")),
    ] = None,
    also: AlsoOption = None,
    count: Annotated[int | None, typer.Option(min=1, help=_("End after so many records."))] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.0, help=_("End after so many seconds."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take records from a wand as it makes them, until Ctrl-C, into one capture.

    Each is on disk before the wand is told that it may delete it.
    """
    order = LiveOrder(zone=load_zone(time_zone), count=count, seconds=seconds)
    place = open_spool(spool)
    print_recovered(place.recover())
    with _stopped_by_signals() as stopping:
        progress: LiveProgress = _JsonLines(stopping) if as_json else _Lines(stopping)
        docking = Docking(make_discovery(also), place, SYSTEM_CLOCKS, SilentProgress())
        result = docking.listen(address, progress, dialect=dialect, order=order)
    if as_json:
        _write(_result_fields(result))
    else:
        _print_result(result)


class _Stopping:
    """Whether a signal has asked the command to end."""

    def __init__(self) -> None:
        self.is_asked = False

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """The command ends in good order; the same signal once more ends it at once."""
        self.is_asked = True
        signal.signal(number, signal.SIG_DFL)


class _Lines(SilentProgress, LiveProgress):
    """A line a record for people; what is not a record goes to standard error."""

    def __init__(self, stopping: _Stopping) -> None:
        self._stopping = stopping
        self._count = 0

    @property
    @override
    def is_over(self) -> bool:
        return self._stopping.is_asked

    @override
    def began(self, wand: str) -> None:
        sentence = _("Listening to {wand}; Ctrl-C ends it.").format(wand=wand)
        Console(stderr=True, highlight=False, markup=False).print(sentence)

    @override
    def safe(self, record: Record) -> None:
        self._count += 1
        doubts = ", ".join(FLAG_WORDS[flag] for flag in sorted(record.flags))
        shown = stored_fields(record)["wand_time"] or record.time.raw.hex(" ")
        cells = [f"{self._count:>5}", str(shown), tag_or_event(record), doubts]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
        sys.stdout.flush()


class _JsonLines(_Lines):
    """One JSON object a line: ``listening``, then ``record`` by record."""

    @override
    def began(self, wand: str) -> None:
        _write({"listening": wand})

    @override
    def safe(self, record: Record) -> None:
        _write({"record": stored_fields(record)})


def _write(told: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


@contextmanager
def _stopped_by_signals() -> Generator[_Stopping]:
    """Ctrl-C and SIGTERM ask to stop as long as the block runs."""
    stopping = _Stopping()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stopping.ask) for number in numbers}
    try:
        yield stopping
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _result_fields(result: LiveResult) -> dict[str, object]:
    traffic = result.traffic
    return {
        "address": result.address,
        "wand": result.wand.key,
        "received": result.received,
        "waiting": result.waiting,
        "clock_offset_s": result.clock_offset_s,
        "skipped_bytes": traffic.skipped_bytes,
        "rejected": traffic.rejected,
        "resent": traffic.resent,
        "capture": result.capture.stem,
        "path": str(result.capture),
    }


def _print_result(result: LiveResult) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    told = _("Records of {wand} safe on disk: {count}; still in it: {waiting}.")
    console.print(told.format(count=result.received, wand=result.wand.key, waiting=result.waiting))
    if result.clock_offset_s is not None:
        console.print(f"{_('Clock')}   {clock_words(result.clock_offset_s)}")
    console.print(f"{_('Capture')}   {result.capture}")
