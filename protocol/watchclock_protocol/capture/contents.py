"""What a capture holds, as values: who spoke when, and what it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.capture.canonical import (
    JsonValue,
    canonical_json,
    parse_canonical_json,
)
from watchclock_protocol.capture.lanes import Lane
from watchclock_protocol.capture.steps import StepName, StepState

__all__ = ["FORMAT", "Capture", "CaptureAbout", "Chunk", "Step"]

FORMAT: Final = "watchclock capture 1"
# What the times of packets can hold, two words of 32 bits.
_INSTANTS: Final = range(1 << 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureAbout:
    """What stands at the head of a capture.

    Attributes:
        dialect: name of the dialect spoken.
        address: the device address as the user gave it.
        software: name and version of the program that recorded.
        time_zone: IANA name of the zone the dock keeps for its site: the wand is compared with it
            and set to it; "" when unknown.
        started_utc_ns: when recording began, nanoseconds since 1970-01-01 UTC.
    """

    dialect: str
    address: str
    software: str
    time_zone: str
    started_utc_ns: int

    def encode(self) -> bytes:
        """The head's comment: canonical JSON."""
        return canonical_json(
            {
                "address": self.address,
                "dialect": self.dialect,
                "format": FORMAT,
                "software": self.software,
                "started_utc_ns": self.started_utc_ns,
                "time_zone": self.time_zone,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "CaptureAbout":
        """What the head's comment says.

        Raises:
            ValueError: this is not what ``encode`` makes; the text says why.
        """
        match parse_canonical_json(data):
            case {
                "address": str() as address,
                "dialect": str() as dialect,
                "format": str() as found,
                "software": str() as software,
                "started_utc_ns": int() as started_utc_ns,
                "time_zone": str() as time_zone,
                **rest,
            } if found == FORMAT and started_utc_ns in _INSTANTS and not rest:
                return cls(
                    dialect=dialect,
                    address=address,
                    software=software,
                    time_zone=time_zone,
                    started_utc_ns=started_utc_ns,
                )
            case _:
                raise ValueError(f"its comment is not that of {FORMAT!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Bytes that crossed the link in one piece.

    Attributes:
        lane: FROM_WAND or TO_WAND.
        data: the bytes.
        utc_ns: when the host had read them, or was about to write them; nanoseconds since
            1970-01-01 UTC by the host's clock. 0 in a transcript, which has no times.
        offset: where the block begins in the file, in bytes; in a transcript the line's number.
    """

    lane: Lane
    data: bytes
    utc_ns: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the download, journaled.

    Attributes:
        name: which step.
        state: begun, done, failed or not offered.
        utc_ns: when, nanoseconds since 1970-01-01 UTC by the host's clock.
        facts: what the step found out, as JSON values.
        offset: where the block begins in the file, in bytes.
    """

    name: StepName
    state: StepState
    utc_ns: int
    facts: Mapping[str, JsonValue]
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A capture as far as it was written.

    Attributes:
        about: what stands at its head.
        blocks: chunks and steps in the order they were recorded.
        whole_bytes: length of the usable beginning of the file.
        torn_bytes: bytes behind it that belong to a block cut off while it was written.
    """

    about: CaptureAbout
    blocks: tuple[Chunk | Step, ...]
    whole_bytes: int
    torn_bytes: int

    @property
    def is_closed(self) -> bool:
        """The recorder came to its end: the last block says that closing is done."""
        match self.blocks[-1:]:
            case (Step(name=StepName.CLOSE, state=StepState.DONE),):
                return self.torn_bytes == 0
            case _:
                return False
