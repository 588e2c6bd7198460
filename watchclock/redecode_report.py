"""What ``watchclock redecode`` found: a line a capture, then the sums; for people or as JSON."""

import json
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Final

from rich.console import Console
from typing_extensions import override

from watchclock.language import translate as _
from watchclock_server.intake.service import CaptureReport, CaptureState

__all__ = ["STATE_WORDS", "Printer", "json_printer", "text_printer"]

STATE_WORDS: Final[Mapping[str, str]] = {
    CaptureState.DECODED: _("decoded"),
    CaptureState.SAME: _("as stored"),
    CaptureState.CHANGED: _("differs"),
    CaptureState.APPLIED: _("put right"),
    CaptureState.NOT_STORED: _("not stored"),
    CaptureState.TAKEN_IN: _("taken in"),
    CaptureState.ANONYMOUS: _("no wand tells its number"),
    CaptureState.DAMAGED: _("damaged; decoded up to there"),
    CaptureState.UNUSABLE: _("unusable"),
}
_COUNTED: Final = ("added", "gone", "moved")


class Printer(ABC):
    """Prints reports as they come, and their sums at the end."""

    def __init__(self) -> None:
        self._states = Counter[str]()
        self._dialects = Counter[str]()
        self._sums = Counter[str]()
        self._fields = Counter[str]()
        self._facts = Counter[str]()

    def show(self, report: CaptureReport) -> None:
        """Print one capture and count it."""
        self._states[report.state] += 1
        if report.dialect:
            self._dialects[report.dialect] += 1
        self._sums["records"] += report.records
        self._sums["rejected"] += report.rejected
        self._sums["skipped_bytes"] += report.skipped_bytes
        if report.change is not None:
            records = report.change.records
            self._sums["added"] += records.added
            self._sums["gone"] += records.gone
            self._sums["moved"] += records.moved
            self._fields += Counter(records.fields)
            self._facts += Counter(fact.field for fact in report.change.facts)
        self._print(report)

    @abstractmethod
    def end(self) -> None:
        """Print the sums."""

    @abstractmethod
    def _print(self, report: CaptureReport) -> None:
        """Print one capture."""


class _JsonPrinter(Printer):
    """A line of JSON for each, then one with the sums."""

    @override
    def _print(self, report: CaptureReport) -> None:
        told: dict[str, object] = {
            "file": str(report.path),
            "state": report.state,
            "sha256": report.sha256,
            "dialect": report.dialect,
            "wand": report.wand,
            "records": report.records,
            "rejected": report.rejected,
            "skipped_bytes": report.skipped_bytes,
            "torn_bytes": report.torn_bytes,
            "is_complete": report.is_complete,
            "troubles": [trouble.code for trouble in report.troubles],
        }
        if report.change is not None:
            records = report.change.records
            told |= {
                "added": records.added,
                "gone": records.gone,
                "moved": records.moved,
                "changed": records.fields,
                "examples": [asdict(example) for example in records.examples],
                "facts": [asdict(fact) for fact in report.change.facts],
            }
        _write_line(told)

    @override
    def end(self) -> None:
        told = {
            "captures": self._states.total(),
            "states": self._states,
            "dialects": self._dialects,
            **{name: self._sums[name] for name in ("records", "rejected", "skipped_bytes")},
            **{name: self._sums[name] for name in _COUNTED},
            "changed": self._fields,
            "facts": self._facts,
        }
        _write_line({"total": told})


class _TextPrinter(Printer):
    """A line for each capture that is not as stored, then the sums."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(highlight=False, markup=False, soft_wrap=True)

    @override
    def _print(self, report: CaptureReport) -> None:
        if report.state in {CaptureState.SAME, CaptureState.DECODED}:
            return
        self._console.print(f"{report.path}: {STATE_WORDS[report.state]}")
        for line in _lines(report):
            self._console.print(f"    {line}")

    @override
    def end(self) -> None:
        show = self._console.print
        show(
            _("Captures: {count}, records: {records}").format(
                count=self._states.total(), records=self._sums["records"]
            )
        )
        for state, count in sorted(self._states.items()):
            show(f"    {count} × {STATE_WORDS[state]}")
        for dialect, count in sorted(self._dialects.items()):
            show(f"    {count} × {dialect}")
        show(
            _("Rejected frames or records: {rejected}, skipped bytes: {skipped}").format(
                rejected=self._sums["rejected"], skipped=self._sums["skipped_bytes"]
            )
        )
        if any(self._sums[name] for name in _COUNTED) or self._fields or self._facts:
            show(
                _("Records: {added} added, {gone} gone, {moved} moved").format(
                    **{name: self._sums[name] for name in _COUNTED}
                )
            )
            for field, count in sorted((self._fields + self._facts).items()):
                show(_("{count} × {field} changed").format(count=count, field=field))


def _lines(report: CaptureReport) -> Iterator[str]:
    if report.change is None:
        return
    records = report.change.records
    if records.added or records.gone or records.moved:
        yield _("Records: {added} added, {gone} gone, {moved} moved").format(
            added=records.added, gone=records.gone, moved=records.moved
        )
    for field, count in records.fields.items():
        yield _("{count} × {field} changed").format(count=count, field=field)
    for example in records.examples:
        place = "" if example.slot is None else f"[{example.slot}] "
        told = f": {example.stored} → {example.now}" if example.stored or example.now else ""
        yield f"{place}{example.raw} {example.what}{told}"
    for fact in report.change.facts:
        yield f"{fact.field}: {fact.stored} → {fact.now}"


def _write_line(told: Mapping[str, object]) -> None:
    """One line of JSON, at once: who reads along must not wait for a full buffer."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def json_printer() -> Printer:
    """A line of JSON for each capture, then one with the sums."""
    return _JsonPrinter()


def text_printer() -> Printer:
    """A line for each capture that is not as stored, then the sums."""
    return _TextPrinter()
