"""Construct fields with a meaning, so that a layout says what its bytes are and not only how many.

The same declaration is read by construct, one record at a time, and by ``record_plan`` and
``bulk``, which derive faster decoders from it (docs/decisions/0011).
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from construct import Adapter, Bytes, ChecksumError, Construct, stream_read, stream_write
from typing_extensions import override

from watchclock_protocol.checksums import complement_sum, low_byte_sum
from watchclock_protocol.values import TimeCoding, TimeFlaw, WandTime
from watchclock_protocol.wand_times import civil_of_seconds, read_parts

__all__ = ["CheckSumField", "DisputedTimeField", "WandSecondsField", "WandTimeField", "check_sum"]
__all__ += ["disputed_time", "wand_seconds", "wand_time"]

if TYPE_CHECKING:
    _TimeAdapter = Adapter[bytes, bytes, WandTime, WandTime | bytes]
    _ByteConstruct = Construct[int, int | None]
else:
    # The classes of construct are generic only in its stubs.
    _TimeAdapter, _ByteConstruct = Adapter, Construct

SECONDS_OCTETS: Final = 4
_ALGORITHMS: Final = (low_byte_sum, complement_sum)


def _stored(time: WandTime | bytes) -> bytes:
    return time.raw if isinstance(time, WandTime) else time


class WandTimeField(_TimeAdapter):
    """A time of one byte a part; parses to ``WandTime``, builds from one or from its bytes.

    Attributes:
        order: what each byte is, of the letters ``y M d H m s``.
        coding: packed decimal or plain binary.
    """

    def __init__(self, order: str, coding: TimeCoding) -> None:
        super().__init__(Bytes(len(order)))
        self.order: Final = order
        self.coding: Final = coding

    def read(self, raw: bytes) -> WandTime:
        """What these bytes show."""
        return read_parts(raw, self.order, self.coding)

    @override
    def _decode(self, obj: bytes, context: Any, path: Any) -> WandTime:
        return self.read(obj)

    @override
    def _encode(self, obj: WandTime | bytes, context: Any, path: Any) -> bytes:
        return _stored(obj)


class WandSecondsField(_TimeAdapter):
    """Seconds since 2000-01-01 00:00:00 civil, four bytes, low byte first."""

    def __init__(self) -> None:
        super().__init__(Bytes(SECONDS_OCTETS))

    def read(self, raw: bytes) -> WandTime:
        """What these bytes show; from 2100 on it is no date of a wand."""
        civil = civil_of_seconds(int.from_bytes(raw, "little"))
        flaw = TimeFlaw.IMPOSSIBLE_DATE if civil is None else None
        return WandTime(raw, civil, TimeCoding.BINARY, flaw)

    @override
    def _decode(self, obj: bytes, context: Any, path: Any) -> WandTime:
        return self.read(obj)

    @override
    def _encode(self, obj: WandTime | bytes, context: Any, path: Any) -> bytes:
        return _stored(obj)


class DisputedTimeField(_TimeAdapter):
    """A time whose sources disagree, so that every record decides by what else is known.

    Attributes:
        decide: the reading of the bytes; its second argument is what the wand's clock showed in
            the same conversation, or None.
    """

    def __init__(self, octets: int, decide: Callable[[bytes, datetime | None], WandTime]) -> None:
        super().__init__(Bytes(octets))
        self.decide: Final = decide

    @override
    def _decode(self, obj: bytes, context: Any, path: Any) -> WandTime:
        return self.decide(obj, context.get("reference"))

    @override
    def _encode(self, obj: WandTime | bytes, context: Any, path: Any) -> bytes:
        return _stored(obj)


class CheckSumField(_ByteConstruct):
    """One byte that is the sum of the bytes before it; parsing refuses any other.

    Attributes:
        algorithm: the sum.
        over: how many bytes before it are summed.
    """

    def __init__(self, algorithm: Callable[[bytes], int], over: int) -> None:
        super().__init__()
        self.algorithm: Final = algorithm
        self.over: Final = over
        self.flagbuildnone = True

    def _summed(self, stream: Any) -> int:  # noqa: ANN401 - construct's streams are untyped
        stream.seek(-self.over, 1)
        return self.algorithm(stream.read(self.over))

    @override
    def _parse(self, stream: Any, context: Any, path: Any) -> int:
        expected = self._summed(stream)
        found: int = stream_read(stream, 1, path)[0]
        if found != expected:
            raise ChecksumError(f"{found:02X} where {expected:02X} is due", path=path)
        return found

    @override
    def _build(self, obj: Any, stream: Any, context: Any, path: Any) -> int:
        value = self._summed(stream)
        stream_write(stream, bytes((value,)), 1, path)
        return value

    @override
    def _sizeof(self, context: Any, path: Any) -> int:
        return 1


def wand_time(order: str, coding: TimeCoding) -> WandTimeField:
    """A time of one byte a part, such as ``wand_time("yMdHms", TimeCoding.BCD)``."""
    return WandTimeField(order, coding)


def wand_seconds() -> WandSecondsField:
    """Seconds since 2000-01-01 civil in four bytes, low byte first."""
    return WandSecondsField()


def disputed_time(
    octets: int, decide: Callable[[bytes, datetime | None], WandTime]
) -> DisputedTimeField:
    """A time that every record decides for itself; only decoded one record at a time."""
    return DisputedTimeField(octets, decide)


def check_sum(algorithm: Callable[[bytes], int], over: int) -> CheckSumField:
    """The last byte of a record: the sum of the ``over`` bytes before it.

    Args:
        algorithm: ``low_byte_sum`` or ``complement_sum``.
        over: how many bytes, all that stand before it in the record.

    Raises:
        ValueError: another algorithm, from which no block decoder can be derived.
    """
    if algorithm not in _ALGORITHMS:
        raise ValueError("a record is closed by low_byte_sum or complement_sum")
    return CheckSumField(algorithm, over)
