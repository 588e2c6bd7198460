"""The capture of a maker's export file, which is like that of any download.

What was stated of the file went to the wand, its bytes came from it. Every instant in it is the
one at which the file was last written, so that the same file gives the same capture, byte for
byte, however often it is imported by one version of this program.
"""

import os
from collections import Counter as Counts
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Final

from watchclock_device.errors import VerificationError
from watchclock_device.file_contents import FileContents
from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    Chunk,
    JsonValue,
    Lane,
    StepName,
    StepState,
    read_capture,
)
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.events import FrameRejected, Heard, RecordsReceived
from watchclock_protocol.files.listener import MOST_REFUSALS
from watchclock_protocol.files.parts import FilePart
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.messages import Identity
from watchclock_protocol.replay import hear

__all__ = ["about_file", "capture_of", "chunks_of", "verify_capture"]

_PIECE_BYTES: Final = 64 * 1024
_BEFORE_READING: Final = (StepName.CLOCK_CHECK, StepName.COUNTERS)
_AFTER_READING: Final = (StepName.ACKNOWLEDGE, StepName.SET_CLOCK)


def about_file(contents: FileContents, dialect: Dialect) -> CaptureAbout:
    """What stands at the head of the captures of a file: its name, not the folder it lay in."""
    name = os.fsencode(contents.path.name).decode("utf-8", "backslashreplace")
    return CaptureAbout(
        dialect=dialect.name,
        address=f"file:{name}",
        software=f"watchclock {version('watchclock')}",
        time_zone="",
        started_utc_ns=contents.modified_ns,
    )


def capture_of(part: FilePart, about: CaptureAbout) -> bytes:
    """The closed capture of the lines of one wand."""
    return b"".join(_blocks(part, about))


def chunks_of(part: FilePart) -> tuple[Chunk, ...]:
    """The same lines as a conversation without times, for who wants no capture of them."""
    spoken = ((Lane.TO_WAND, part.statement.encode()), (Lane.FROM_WAND, part.data))
    return tuple(
        Chunk(lane=lane, data=data, utc_ns=0, offset=place)
        for place, (lane, data) in enumerate(spoken)
    )


def verify_capture(
    data: bytes, part: FilePart, dialect: Dialect, advance: Callable[[int], None]
) -> None:
    """Returns when the capture, replayed, says what was found in the file.

    Args:
        data: the capture.
        part: what was found.
        dialect: the format of the file.
        advance: is told how many more bytes of the file are verified.

    Raises:
        VerificationError: it does not.
    """
    counts = Counts[str]()
    numbers: set[str] = set()
    for heard in hear(dialect, _chunks(data, advance)):
        match heard.event:
            case RecordsReceived(records):
                counts["records"] += len(records)
            case FrameRejected():
                counts["refused"] += 1
            case Heard(Identity(number=number)):
                numbers.add(number)
            case _:
                pass
    if counts["records"] != part.records or counts["refused"] != min(part.refused, MOST_REFUSALS):
        raise VerificationError(
            reason=FilledReason(
                "{found} of {count} records are in it", found=counts["records"], count=part.records
            )
        )
    if numbers - {part.statement.wand}:
        raise VerificationError(reason="it names another wand")


def _chunks(data: bytes, advance: Callable[[int], None]) -> Iterator[Chunk]:
    for block in read_capture(data).blocks:
        if isinstance(block, Chunk):
            yield block
            advance(len(block.data) if block.lane is Lane.FROM_WAND else 0)


def _blocks(part: FilePart, about: CaptureAbout) -> Iterator[bytes]:
    writer = CaptureWriter(about)
    at_ns = about.started_utc_ns

    def step(name: StepName, state: StepState, **facts: JsonValue) -> bytes:
        return writer.step(name, state, at_ns, facts)

    yield writer.begin()
    yield step(StepName.IDENTIFY, StepState.BEGUN)
    yield writer.chunk(Lane.TO_WAND, part.statement.encode(), at_ns)
    wand = part.statement.wand
    if wand is None:
        yield step(StepName.IDENTIFY, StepState.NOT_OFFERED)
    else:
        yield step(StepName.IDENTIFY, StepState.DONE, wand=f"{about.dialect}:{wand}")
    for name in _BEFORE_READING:
        yield step(name, StepState.NOT_OFFERED)
    yield step(StepName.READ, StepState.BEGUN)
    for start in range(0, len(part.data), _PIECE_BYTES):
        yield writer.chunk(Lane.FROM_WAND, part.data[start : start + _PIECE_BYTES], at_ns)
    yield step(StepName.READ, StepState.DONE, records=part.records, refused=part.refused)
    for name in _AFTER_READING:
        yield step(name, StepState.NOT_OFFERED)
    yield step(StepName.CLOSE, StepState.DONE, outcome="imported")
