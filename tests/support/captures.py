"""A small capture that a test can cut, damage or lengthen."""

from watchclock_protocol.capture import CaptureAbout, CaptureWriter, Lane, StepName, StepState

__all__ = ["ABOUT", "STARTED_UTC_NS", "capture_of", "small_capture"]

STARTED_UTC_NS = 1_795_249_800_000_000_000
ABOUT = CaptureAbout(
    dialect="wm5000t",
    address="serial:/dev/ttyUSB0",
    software="watchclock 0.1.0",
    time_zone="Asia/Shanghai",
    started_utc_ns=STARTED_UTC_NS,
)


def capture_of(
    *spoken: tuple[Lane, bytes], dialect: str = "wm5000t", is_closed: bool = True
) -> bytes:
    """A capture of that conversation, one second between two chunks."""
    about = CaptureAbout(
        dialect=dialect,
        address="tcp:127.0.0.1:9000",
        software="test",
        time_zone="",
        started_utc_ns=STARTED_UTC_NS,
    )
    writer = CaptureWriter(about)
    parts = [writer.begin()]
    for number, (lane, data) in enumerate(spoken):
        parts.append(writer.chunk(lane, data, STARTED_UTC_NS + number * 10**9))
    if is_closed:
        parts.append(writer.step(StepName.CLOSE, StepState.DONE, STARTED_UTC_NS + 10**12))
    return b"".join(parts)


def small_capture() -> list[bytes]:
    """A closed capture in the pieces in which it was appended: head, steps and chunks."""
    writer = CaptureWriter(ABOUT)
    now = STARTED_UTC_NS
    header = b"\x55" + bytes(19) + b"FFFFZJWZWS"
    return [
        writer.begin(),
        writer.step(StepName.IDENTIFY, StepState.BEGUN, now + 1),
        writer.chunk(Lane.TO_WAND, b"\x55", now + 2),
        writer.chunk(Lane.FROM_WAND, header, now + 3),
        writer.step(StepName.IDENTIFY, StepState.DONE, now + 4, {"number": "531932"}),
        writer.step(StepName.CLOCK_CHECK, StepState.NOT_OFFERED, now + 5),
        writer.step(StepName.CLOSE, StepState.DONE, now + 6, {"说明": [1, 2.5, None, True]}),
    ]
