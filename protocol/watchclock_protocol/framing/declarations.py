"""What a framing is, as data: where a frame begins, how long it is, what check sum it ends with.

Two families cover the wands' wire formats:

    escaped     flag | bytes, flag and escape replaced | flag     the flag stands nowhere else
    prefixed    head | ... length ... data ... | check sum        the head may stand in data too

A frame is the bytes from its first to the last of its check sum, escapes undone, flags not
included. Positions in these declarations count from its first byte.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from watchclock_protocol.framing.check_algorithms import CheckAlgorithm

__all__ = [
    "FLAWS",
    "SKIPPED",
    "CheckField",
    "Cut",
    "EscapedFraming",
    "Flaw",
    "Framing",
    "HeaderSum",
    "LengthField",
    "PrefixedFraming",
]


class Flaw(StrEnum):
    """Why bytes are no frame. The first two are skipped, what bears another one is rejected."""

    NOISE = "noise"
    """Nothing says that a frame begins here."""
    TOO_LONG = "too_long"
    """More bytes between two flags than the longest frame has."""
    ESCAPE = "escape"
    """The byte after an escape is none that may stand there."""
    SHAPE = "shape"
    """The length field says something else than the number of bytes."""
    CHECK_SUM = "check_sum"
    UNFINISHED = "unfinished"
    """The input ends inside the frame."""


FLAWS: Final = tuple(Flaw)
"""Tables hold a flaw as its place here."""
SKIPPED: Final = frozenset({Flaw.NOISE, Flaw.TOO_LONG})


class Cut(NamedTuple):
    """One run of bytes of a stream; a tuple, because one is made for every frame.

    Attributes:
        offset: place of its first byte in the stream.
        span: how many bytes of the stream it has.
        octets: the frame, escapes undone; of rejected bytes what is known of them, of skipped
            bytes nothing.
        flaw: None for a frame.
    """

    offset: int
    span: int
    octets: bytes
    flaw: Flaw | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthField:
    """The field that tells how long a frame is.

    Attributes:
        at: place of its first byte in the frame.
        octets: how many bytes it has.
        order: which of them comes first.
        overhead: what must be added to its value to get the bytes of the whole frame; the
            shortest frame has as many.
    """

    at: int
    overhead: int
    octets: int = 1
    order: Literal["big", "little"] = "big"

    @property
    def end(self) -> int:
        """Place of the first byte behind it."""
        return self.at + self.octets

    def total(self, frame: bytes | bytearray, start: int = 0) -> int:
        """Bytes that the frame which begins at ``start`` says it has."""
        if self.octets == 1:
            return frame[start + self.at] + self.overhead
        field = frame[start + self.at : start + self.end]
        return int.from_bytes(field, self.order) + self.overhead


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckField:
    """The check sum, the last bytes of every frame.

    Attributes:
        algorithm: how it is computed.
        first: place of the first byte it covers; it covers all from there up to itself.
        order: which of its bytes comes first.
    """

    algorithm: CheckAlgorithm
    first: int = 0
    order: Literal["big", "little"] = "big"

    def sums(self, frame: bytes) -> tuple[int, int]:
        """The sum that stands in the frame and the one that was due."""
        end = len(frame) - self.algorithm.octets
        if end == len(frame) - 1:
            return frame[end], self.algorithm.compute(frame[self.first : end])
        due = self.algorithm.compute(frame[self.first : end])
        return int.from_bytes(frame[end:], self.order), due

    def holds(self, frame: bytes) -> bool:
        """Whether the frame's sum is the one that was due."""
        stored, due = self.sums(frame)
        return stored == due


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderSum:
    """A one-byte sum over the first bytes of a frame, by which its length is believed.

    Attributes:
        algorithm: how it is computed.
        at: its place; it covers all bytes before it.
    """

    algorithm: CheckAlgorithm
    at: int

    def holds(self, stream: bytes | bytearray, start: int = 0) -> bool:
        """Whether it is right in the frame which begins at ``start``."""
        header = bytes(stream[start : start + self.at])
        return self.algorithm.compute(header) == stream[start + self.at]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscapedFraming:
    """Frames between flags, inside which flag and escape are replaced by two bytes.

    Attributes:
        flag: begins and ends frames; one may do both.
        escape: begins every replacement.
        substitutions: pairs of the byte after the escape and the byte both stand for.
        length: the length field.
        check: the check sum.
        longest: most bytes of a frame, escapes undone.
    """

    flag: int
    escape: int
    substitutions: tuple[tuple[int, int], ...]
    length: LengthField
    check: CheckField
    longest: int

    def __post_init__(self) -> None:
        codes = {code for code, _ in self.substitutions}
        if codes & {self.flag, self.escape} or self.flag == self.escape:
            raise ValueError("flag and escape stand for themselves alone")
        _require_fields_fit(self.length, self.check)

    @property
    def longest_escaped(self) -> int:
        """Bytes between the flags of the longest frame, every one of them escaped."""
        return 2 * self.longest


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixedFraming:
    """Frames that begin with fixed bytes and say how long they are.

    Attributes:
        head: the bytes every frame begins with; they may stand inside a frame too.
        length: the length field.
        check: the check sum.
        longest: most bytes of a frame.
        header_sum: a sum over the first bytes, where there is one.

    A head before a greater length or a wrong header sum is taken for noise.
    """

    head: bytes
    length: LengthField
    check: CheckField
    longest: int
    header_sum: HeaderSum | None = None

    def __post_init__(self) -> None:
        if not self.head or self.length.at < len(self.head):
            raise ValueError("a frame begins with its head, and its length stands behind it")
        if self.header_sum is not None and self.header_sum.algorithm.octets != 1:
            raise ValueError("a header sum has one byte")
        _require_fields_fit(self.length, self.check)
        if self.header_end > self.length.overhead:
            raise ValueError("the shortest frame has no room for its header sum")

    @property
    def header_end(self) -> int:
        """How many bytes tell whether a frame may begin here."""
        return max(self.length.end, self.header_sum.at + 1 if self.header_sum else 0)


Framing = EscapedFraming | PrefixedFraming


def _require_fields_fit(length: LengthField, check: CheckField) -> None:
    """The shortest frame must hold all its fields, else they would be read beyond its end.

    Raises:
        ValueError: it does not.
    """
    check_at = length.overhead - check.algorithm.octets
    if length.end > check_at or check.first > check_at:
        raise ValueError("the shortest frame has no room for its length and its check sum")
