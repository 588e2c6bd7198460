"""Writes the steps of a download into its capture: begun, then done or failed."""

from collections.abc import Generator
from contextlib import contextmanager

from watchclock_device.errors import SpoolError
from watchclock_device.open_capture import OpenCapture
from watchclock_device.results import Progress
from watchclock_protocol.capture import JsonValue, StepName, StepState
from watchclock_protocol.errors import CodedError

__all__ = ["Journal"]


class Journal:
    """The steps of one download."""

    def __init__(self, capture: OpenCapture, progress: Progress) -> None:
        self._capture = capture
        self._progress = progress

    @contextmanager
    def step(self, name: StepName) -> Generator[dict[str, JsonValue]]:
        """Frames a step; what its body puts into the given facts is kept when it is done."""
        self._progress.begin(name)
        self._capture.step(name, StepState.BEGUN)
        facts: dict[str, JsonValue] = {}
        try:
            yield facts
        except SpoolError:
            raise  # nothing can be written any more; ``Spool.recover`` ends this capture
        except CodedError as error:
            told: dict[str, JsonValue] = {"code": error.code, "detail": str(error)}
            self._capture.step(name, StepState.FAILED, told)
            raise
        self._capture.step(name, StepState.DONE, facts)

    def not_offered(self, name: StepName) -> None:
        """Notes that the dialect has no such step of its own."""
        self._capture.step(name, StepState.NOT_OFFERED)

    def close(self, outcome: str) -> None:
        """The last step; ``outcome`` is a word or an error's code."""
        with self.step(StepName.CLOSE) as facts:
            facts["outcome"] = outcome
