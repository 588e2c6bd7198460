"""The capture file: evidence and journal of one download, an append-only pcapng file.

docs/capture.md describes every byte. Everything here is pure: the writer returns bytes, the
reader takes them.
"""

from watchclock_protocol.capture.alike_chunks import alike_chunks
from watchclock_protocol.capture.canonical import JsonValue
from watchclock_protocol.capture.contents import Capture, CaptureAbout, Chunk, Step
from watchclock_protocol.capture.lanes import Lane
from watchclock_protocol.capture.reader import (
    HEAD_OCTETS,
    capture_name,
    read_capture,
    read_until_damage,
    require_capture_head,
)
from watchclock_protocol.capture.steps import StepName, StepState
from watchclock_protocol.capture.writer import CaptureWriter

__all__ = [
    "HEAD_OCTETS",
    "Capture",
    "CaptureAbout",
    "CaptureWriter",
    "Chunk",
    "JsonValue",
    "Lane",
    "Step",
    "StepName",
    "StepState",
    "alike_chunks",
    "capture_name",
    "read_capture",
    "read_until_damage",
    "require_capture_head",
]
