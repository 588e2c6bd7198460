"""What a file's listener says of bytes, whole or in any cuts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import RemoteProtocolError
from watchclock_protocol.events import BytesSkipped, Event, FrameRejected, Heard, RecordsReceived
from watchclock_protocol.files import FileStatement
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import PatrolRecord, Record, SystemRecord

__all__ = ["errors_of", "hear_file", "patrols", "records_of", "said", "systems", "wands_of"]


def hear_file(
    name: str,
    data: bytes,
    statement: FileStatement | None = None,
    cuts: Sequence[int] = (),
) -> list[Event]:
    """Events of a whole file, with its statement first."""
    listener = find_dialect(name).listener()
    stated = replace(statement or FileStatement(), size_bytes=len(data))
    events = listener.sent(stated.encode())
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        events += listener.received(data[start:end])
    return events


def records_of(events: Sequence[Event]) -> list[Record]:
    return [r for event in events if isinstance(event, RecordsReceived) for r in event.records]


def patrols(events: Sequence[Event]) -> list[PatrolRecord]:
    return [record for record in records_of(events) if isinstance(record, PatrolRecord)]


def systems(events: Sequence[Event]) -> list[SystemRecord]:
    return [record for record in records_of(events) if isinstance(record, SystemRecord)]


def errors_of(events: Sequence[Event]) -> list[RemoteProtocolError]:
    return [event.error for event in events if isinstance(event, FrameRejected)]


def wands_of(events: Sequence[Event]) -> list[str]:
    return [
        event.answer.number
        for event in events
        if isinstance(event, Heard) and isinstance(event.answer, Identity)
    ]


def said(events: Sequence[Event]) -> list[str]:
    """Events as text: records one by one, neighbouring skips added up."""
    lines: list[str] = []
    skipped = 0
    for event in events:
        match event:
            case BytesSkipped(count):
                skipped += count
            case RecordsReceived(records):
                lines += [repr(record) for record in records]
            case FrameRejected(error):
                lines.append(f"{error}")
            case _:
                lines.append(repr(event))
    return [*lines, f"skipped {skipped}"]
