"""Records as rows for people, for scripts and for spreadsheets."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from rich.console import Console
from rich.table import Table

from watchclock.language import sentence_of
from watchclock.language import translate as _
from watchclock.record_words import EVENT_WORDS, FLAG_WORDS, KIND_WORDS
from watchclock_protocol.errors import LineError
from watchclock_protocol.messages import Counters
from watchclock_protocol.records import KnockRecord, PatrolRecord, Record, SystemRecord
from watchclock_protocol.replay import DecodedDownload, KeyedRecord, Rejection

__all__ = ["Printer", "csv_printer", "print_json", "print_table", "protected", "record_fields"]
__all__ += ["stored_fields", "tag_or_event"]

COLUMNS: Final = (
    "position",
    "kind",
    "slot",
    "rank",
    "wand_time",
    "time_flaw",
    "tag",
    "guard_number",
    "is_guard_tag",
    "code",
    "meanings",
    "value",
    "strength_mg",
    "flags",
    "raw",
)
_MOST_REJECTIONS: Final = 20
_WIDE: Final = 500
"""Columns of the table: cells stay in one piece, whatever the width of the terminal."""
_FORMULA_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r")

Field = str | int | bool | list[str] | None


class Printer(Protocol):
    """Prints one decoded file."""

    def __call__(self, about: Mapping[str, str | int], decoded: DecodedDownload) -> None:
        """Prints it to standard output.

        Args:
            about: what is known of the file itself.
            decoded: what the conversation in it says.
        """
        ...


def record_fields(keyed: KeyedRecord) -> dict[str, Field]:
    """Everything a record says, by column name; raw bytes as hexadecimal digits."""
    return {"position": keyed.position, "rank": keyed.rank, **stored_fields(keyed.record)}


def stored_fields(record: Record) -> dict[str, Field]:
    """What a record says by itself, wherever it was read, by column name."""
    time = record.time
    fields: dict[str, Field] = {
        "kind": record.kind,
        "slot": record.slot,
        "wand_time": _civil(time.civil),
        "time_flaw": time.flaw,
        "flags": sorted(record.flags),
        "raw": record.raw.hex(),
    }
    match record:
        case PatrolRecord():
            tag = str(record.tag)
            fields |= {"tag": tag, "guard_number": record.guard_number}
            fields["is_guard_tag"] = record.is_guard_tag
        case SystemRecord():
            fields |= {"code": record.code, "meanings": list(record.meanings)}
            fields["value"] = record.value
        case KnockRecord():
            fields["strength_mg"] = record.strength_mg
    return fields


def print_json(about: Mapping[str, str | int], decoded: DecodedDownload) -> None:
    """One line of JSON with everything the file says."""
    told: dict[str, object] = dict(about)
    identity = decoded.identity
    told |= {
        "dialect": decoded.dialect,
        "wand": None if identity is None else identity.key,
        "firmware": None if identity is None else identity.firmware,
        "announced": _announced(decoded.counters),
        "is_complete": decoded.is_complete,
        "skipped_bytes": decoded.skipped_bytes,
        "rejected": [
            {"offset": each.offset, "error": each.error.code, "detail": str(each.error)}
            for each in decoded.rejected
        ],
        "disagreements": len(decoded.disagreements),
        "acknowledged_utc_ns": decoded.acknowledged_utc_ns,
        "clock_checks": [
            {
                "wand_time": _civil(check.time.civil),
                "raw": check.time.raw.hex(),
                "asked_utc_ns": check.asked_utc_ns,
                "answered_utc_ns": check.answered_utc_ns,
            }
            for check in decoded.clock_checks
        ],
        "records": [record_fields(keyed) for keyed in decoded.records],
    }
    sys.stdout.write(json.dumps(told) + "\n")


def print_table(about: Mapping[str, str | int], decoded: DecodedDownload) -> None:
    """The records as a table, under a line that says whose they are."""
    console = Console(highlight=False, markup=False)
    wand = "?" if decoded.identity is None else decoded.identity.key
    told = _("{file}: wand {wand}, records: {count}").format(
        file=about["file"], wand=wand, count=len(decoded.records)
    )
    console.print(told, soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in (
        _("Kind"),
        _("Slot"),
        _("Wand time"),
        _("Tag or event"),
        _("Guard"),
        _("Doubts"),
        _("Raw bytes"),
    ):
        table.add_column(heading, no_wrap=True)
    for keyed in decoded.records:
        table.add_row(*_cells(keyed))
    Console(highlight=False, width=_WIDE).print(table)
    _print_rejections(console, decoded.rejected)


def _print_rejections(console: Console, rejected: Sequence[Rejection]) -> None:
    """The first of what could not be used, each with its place, and how many more there are."""
    for each in rejected[:_MOST_REJECTIONS]:
        told = sentence_of(each.error)
        if not isinstance(each.error, LineError):  # which says itself where its line begins
            told = _("Not used, at byte {offset}: {sentence}").format(
                offset=each.offset, sentence=told
            )
        console.print(told, soft_wrap=True)
    if more := len(rejected[_MOST_REJECTIONS:]):
        told = _("Not used either: {count} more; --json tells all of them.")
        console.print(told.format(count=more), soft_wrap=True)


def csv_printer() -> Printer:
    """Prints records as CSV, with one heading for all files.

    No spreadsheet computes with or shortens these cells: raw bytes begin with ``0x``, tags with
    their technology, and whatever could still begin a formula is given an apostrophe.
    """
    writer = csv.writer(sys.stdout)
    writer.writerow(("file", "wand", *COLUMNS))

    def print_rows(about: Mapping[str, str | int], decoded: DecodedDownload) -> None:
        wand = "" if decoded.identity is None else decoded.identity.key
        for keyed in decoded.records:
            fields = record_fields(keyed)
            fields["raw"] = f"0x{fields['raw']}"
            cells = [protected(_word(fields.get(column))) for column in COLUMNS]
            writer.writerow((protected(str(about["file"])), wand, *cells))

    return print_rows


def protected(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINNINGS) else text


def _word(value: Field) -> str:
    match value:
        case None:
            return ""
        case list():
            return " ".join(value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _cells(keyed: KeyedRecord) -> list[str]:
    record = keyed.record
    fields = record_fields(keyed)
    shown = (
        KIND_WORDS[record.kind],
        fields["slot"],
        fields["wand_time"],
        tag_or_event(record),
        fields.get("guard_number"),
        ", ".join(FLAG_WORDS[flag] for flag in sorted(record.flags)),
        fields["raw"],
    )
    return [_word(value) for value in shown]


def tag_or_event(record: Record) -> str:
    """What was touched, what happened, or how strong a knock was, in words."""
    match record:
        case KnockRecord(strength_mg=strength):
            return "" if strength is None else f"{strength / 1000:.1f} g"
        case PatrolRecord():
            return str(record.tag)
        case SystemRecord():
            meanings = " / ".join(EVENT_WORDS.get(each, each) for each in record.meanings)
            return f"{record.code} {meanings}".rstrip()


def _civil(civil: datetime | None) -> str | None:
    return None if civil is None else civil.isoformat(sep=" ")


def _announced(counters: Counters | None) -> int | None:
    return None if counters is None else counters.announced
