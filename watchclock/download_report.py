"""How a download is told to people while it runs and when it is done, and to scripts."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from watchclock.language import translate as _
from watchclock.record_words import FLAG_WORDS
from watchclock_device.results import DownloadResult
from watchclock_protocol.capture import StepName
from watchclock_protocol.messages import WandHealth
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = [
    "ProgressBar",
    "clock_words",
    "counts_of",
    "kind_words",
    "print_recovered",
    "print_result",
    "result_fields",
]

STEP_TEXTS: Final[Mapping[StepName, str]] = {
    StepName.IDENTIFY: _("Asking which wand this is"),
    StepName.CLOCK_CHECK: _("Checking its clock"),
    StepName.COUNTERS: _("Counting its records"),
    StepName.READ: _("Reading records"),
    StepName.VERIFY: _("Checking the capture on disk"),
    StepName.STORE: _("Storing it safely"),
    StepName.ACKNOWLEDGE: _("Telling the wand that its records are safe"),
    StepName.SET_CLOCK: _("Setting its clock"),
    StepName.CLOSE: _("Closing the capture"),
}


class ProgressBar:
    """The steps and the count of records as one line on standard error."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        self._bar = Progress(
            *columns,
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._bar.start()

    def begin(self, step: StepName) -> None:
        """The line names this step."""
        self._bar.update(self._task, description=STEP_TEXTS[step])

    def count(self, received: int, announced: int) -> None:
        """The bar stands at ``received`` of ``announced``."""
        self._bar.update(self._task, completed=received, total=announced)

    def close(self) -> None:
        """The line is gone."""
        self._bar.stop()


def print_recovered(paths: Iterable[Path]) -> None:
    """Tells on standard error which captures of dead processes were finished."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for path in paths:
        sentence = _("An earlier download was cut off; what it had read is kept in {path}.")
        console.print(sentence.format(path=path))


def print_result(result: DownloadResult) -> None:
    """The result in a few lines on standard output."""
    rows = list(_rows(result))
    width = max(cell_len(name) for name, _value in rows)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for name, value in rows:
        console.print(f"{set_cell_size(name, width)}   {value}")


def _rows(result: DownloadResult) -> Iterator[tuple[str, str]]:
    firmware = f" ({result.wand.firmware})" if result.wand.firmware else ""
    yield _("Wand"), f"{result.wand.key}{firmware}"
    yield _("Records"), kind_words(result.kinds)
    if result.is_overwritten:
        yield _("Warning"), _("The memory was full; older records were overwritten on the wand.")
    for flag, count in sorted(result.flags.items()):
        yield _("Doubtful"), f"{count} × {FLAG_WORDS[flag]}"
    if result.clock_offset_s is not None:
        yield _("Clock"), clock_words(result.clock_offset_s)
    if result.health is not None:
        yield _("Battery"), _battery(result.health)
    yield (
        _("Acknowledged"),
        _("yes, and the clock was set") if result.is_acknowledged else _("no, kept on request"),
    )
    yield _("Capture"), str(result.capture)


def kind_words(kinds: Mapping[RecordKind, int]) -> str:
    """How many records of which kind, in words."""
    patrol, system = kinds.get(RecordKind.PATROL, 0), kinds.get(RecordKind.SYSTEM, 0)
    told = _("{patrol} patrol, {system} system").format(patrol=patrol, system=system)
    knocks = kinds.get(RecordKind.KNOCK, 0)
    return told + _(", {knock} knock").format(knock=knocks) if knocks else told


def clock_words(offset_s: float) -> str:
    """How far a wand's clock is off, in words.

    Args:
        offset_s: wand time minus the site's time, seconds.
    """
    minutes, seconds = divmod(round(abs(offset_s)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, _("d")), (hours, _("h")), (minutes, _("min")), (seconds, _("s"))]
    told = " ".join(f"{count} {unit}" for count, unit in parts if count)
    if not told:
        return _("right to the second")
    sentence = _("{time} ahead of the site") if offset_s > 0 else _("{time} behind the site")
    return sentence.format(time=told)


def _battery(health: WandHealth) -> str:
    voltage = "" if health.voltage_mv is None else f"{health.voltage_mv / 1000:.2f} V"
    charge = "" if health.charge_percent is None else f"{health.charge_percent} %"
    return ", ".join(part for part in (voltage, charge) if part) or "-"


def result_fields(result: DownloadResult) -> dict[str, object]:
    """The result as JSON tells it."""
    traffic = result.traffic
    return {
        "address": result.address,
        "wand": result.wand.key,
        "firmware": result.wand.firmware,
        "announced": result.announced,
        "received": result.received,
        "kinds": counts_of(result.kinds),
        "flags": counts_of(result.flags),
        "is_overwritten": result.is_overwritten,
        "clock_offset_s": result.clock_offset_s,
        "health": None if result.health is None else _health(result.health),
        "is_acknowledged": result.is_acknowledged,
        "is_clock_set": result.is_clock_set,
        "skipped_bytes": traffic.skipped_bytes,
        "rejected": traffic.rejected,
        "resent": traffic.resent,
        "capture": result.capture.stem,
        "path": str(result.capture),
    }


def counts_of(counted: Mapping[RecordKind, int] | Mapping[RecordFlag, int]) -> dict[str, int]:
    """Counted kinds or doubts as JSON tells them."""
    return {str(name): count for name, count in counted.items()}


def _health(health: WandHealth) -> dict[str, object]:
    made = health.factory_date
    return {
        "voltage_mv": health.voltage_mv,
        "charge_percent": health.charge_percent,
        "power_ons": health.power_ons,
        "formats": health.formats,
        "factory_date": None if made is None else made.isoformat(),
    }
