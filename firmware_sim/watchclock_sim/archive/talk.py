"""One conversation written down as a capture, with instants as the line's speed makes them."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    JsonValue,
    Lane,
    StepName,
    StepState,
    alike_chunks,
)

__all__ = ["SECOND_NS", "Talk"]

SECOND_NS: Final = 1_000_000_000
BITS_AN_OCTET: Final = 10
READ_OCTETS: Final = 4096
"""What one read of a tty gives at most on Linux."""
TURN_NS: Final = 2_000_000
"""Between the end of a question and the beginning of its answer."""
STEP_NS: Final = 1_000_000


class Talk:
    """A capture that grows, and the instant it has come to.

    Args:
        about: its head.
        baud: speed of the line.
    """

    def __init__(self, about: CaptureAbout, baud: int) -> None:
        self.now_ns = about.started_utc_ns
        self.octets = 0
        self._octet_ns: Final = BITS_AN_OCTET * SECOND_NS // baud
        self._writer: Final = CaptureWriter(about)
        self._parts: Final[list[bytes]] = []
        self._append(self._writer.begin())

    @property
    def now_s(self) -> int:
        """The whole second it has come to."""
        return self.now_ns // SECOND_NS

    @property
    def sha256(self) -> str:
        """SHA-256 of the capture so far, hexadecimal."""
        return self._writer.sha256

    def written(self) -> bytes:
        """The capture so far."""
        return b"".join(self._parts)

    def ask(self, request: bytes, answer: bytes = b"") -> None:
        """The host writes, the wand answers; the answer is read as it comes."""
        self.say(Lane.TO_WAND, request)
        self.pass_octets(len(request))
        self.now_ns += TURN_NS
        for start in range(0, len(answer), READ_OCTETS):
            piece = answer[start : start + READ_OCTETS]
            self.pass_octets(len(piece))
            self.say(Lane.FROM_WAND, piece)

    def say(self, lane: Lane, data: bytes) -> None:
        """Bytes cross the link now."""
        self._append(self._writer.chunk(lane, data, self.now_ns))

    def ask_alike(self, requests: npt.NDArray[np.uint8], answers: npt.NDArray[np.uint8]) -> None:
        """So many questions of one length, each with its answer of one length, one a row."""
        asked_ns = requests.shape[1] * self._octet_ns + TURN_NS
        whole_ns = asked_ns + answers.shape[1] * self._octet_ns
        begins: npt.NDArray[np.int64] = self.now_ns + whole_ns * np.arange(len(requests))
        asked = alike_chunks(Lane.TO_WAND, requests, begins)
        told = alike_chunks(Lane.FROM_WAND, answers, begins + whole_ns)
        self._append(self._writer.take(np.concatenate([asked, told], axis=1).tobytes()))
        self.now_ns += whole_ns * len(requests)

    def pass_octets(self, count: int) -> None:
        """So many bytes need their time on the line."""
        self.now_ns += count * self._octet_ns

    def pause(self, seconds: float) -> None:
        """Nothing happens for so long."""
        self.now_ns += round(seconds * SECOND_NS)

    def pause_until_whole_second(self) -> None:
        """Wands keep whole seconds, so hosts set clocks at their beginning."""
        self.now_ns += -self.now_ns % SECOND_NS

    def begun(self, name: StepName) -> None:
        """The host begins a step."""
        self._step(name, StepState.BEGUN, {})

    def done(self, name: StepName, facts: Mapping[str, JsonValue] | None = None) -> None:
        """The step the host began is done."""
        self._step(name, StepState.DONE, facts or {})

    def not_offered(self, name: StepName) -> None:
        """The dialect has no such step."""
        self._step(name, StepState.NOT_OFFERED, {})

    def _step(self, name: StepName, state: StepState, facts: Mapping[str, JsonValue]) -> None:
        self.now_ns += STEP_NS
        self._append(self._writer.step(name, state, self.now_ns, facts))

    def _append(self, data: bytes) -> None:
        self._parts.append(data)
        self.octets += len(data)
