"""The journal inside a capture: which steps a download takes and how one is written.

Names, order and meaning are those of docs/architecture.md, "device"; docs/capture.md has the
payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchclock_protocol.capture.canonical import (
    JsonValue,
    canonical_json,
    parse_canonical_json,
)

__all__ = ["StepName", "StepPayload", "StepState"]

_LONGEST_SENTENCE: Final = 500


class StepName(StrEnum):
    """What the host did, in the order of a download."""

    IDENTIFY = "identify"
    CLOCK_CHECK = "clock_check"
    COUNTERS = "counters"
    READ = "read"
    VERIFY = "verify"
    STORE = "store"
    ACKNOWLEDGE = "acknowledge"
    SET_CLOCK = "set_clock"
    CLOSE = "close"
    RECOVER = "recover"


class StepState(StrEnum):
    """How far a step is."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPayload:
    """The packet data of a step.

    Attributes:
        name: which step.
        state: how far it is.
        facts: what it found out.
        utc_ns: when; stands here a second time because only packet data has a check sum.
        sha256: lower-case hexadecimal SHA-256 of every byte of the file before this block.
    """

    name: StepName
    state: StepState
    facts: Mapping[str, JsonValue]
    utc_ns: int
    sha256: str

    def encode(self) -> bytes:
        """The payload as canonical JSON.

        Raises:
            ValueError: a fact is no JSON value.
        """
        return canonical_json(
            {
                "facts": self.facts,
                "name": self.name,
                "sha256": self.sha256,
                "state": self.state,
                "utc_ns": self.utc_ns,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "StepPayload":
        """The payload of a step block.

        Raises:
            ValueError: this is not what ``encode`` makes; the text says why.
        """
        match parse_canonical_json(data):
            case {
                "facts": dict() as facts,
                "name": str() as name,
                "sha256": str() as sha256,
                "state": str() as state,
                "utc_ns": int() as utc_ns,
                **rest,
            } if not rest:
                return cls(
                    name=StepName(name),
                    state=StepState(state),
                    facts=facts,
                    utc_ns=utc_ns,
                    sha256=sha256,
                )
            case _:
                raise ValueError("its fields are not those of a step")

    @property
    def sentence(self) -> str:
        """The step as Wireshark shows it to a person; cut after 500 characters."""
        words = f"{self.name} {self.state}".replace("_", " ")
        told = f": {canonical_json(self.facts).decode()}" if self.facts else ""
        return f"Step {words}{told}"[:_LONGEST_SENTENCE]
