from dataclasses import dataclass, field

import pytest

from watchclock_device.clocks import Clocks
from watchclock_device.conversation import Conversation
from watchclock_device.errors import DiskFullError, LinkLostError
from watchclock_protocol.capture import Lane
from watchclock_protocol.errors import SilenceError
from watchclock_protocol.events import Answered, BytesSkipped, Event, Failed, Transmit
from watchclock_protocol.messages import Acknowledged
from watchclock_protocol.session import HostCommand, Identify


@dataclass
class Stage:
    """Everything that happens, in order, and a clock that only silence moves."""

    told: list[str] = field(default_factory=list[str])
    arriving: list[bytes] = field(default_factory=list[bytes])
    now_s: float = 0.0
    is_full: bool = False
    is_lost: bool = False

    @property
    def clocks(self) -> Clocks:
        return Clocks(
            utc_ns=lambda: int(self.now_s * 1e9),
            monotonic_s=lambda: self.now_s,
            sleep_s=lambda _: None,
        )

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> None:
        if self.is_full:
            raise DiskFullError(folder="/spool")
        self.told.append(f"kept {lane.name} {data.decode()} at {utc_ns // 10**9}")


class StageLink:
    """A link whose far end is the stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def read(self, timeout_s: float) -> bytes:
        if self.stage.is_lost:
            raise LinkLostError(address="serial:/dev/ttyUSB0")
        if self.stage.arriving:
            self.stage.now_s += 0.1
            return self.stage.arriving.pop(0)
        self.stage.now_s += timeout_s
        return b""

    def write(self, data: bytes) -> None:
        self.stage.told.append(f"wrote {data.decode()}")

    def close(self) -> None:
        self.stage.told.append("closed")


class AskingSession:
    """Asks ``who``, resends once after a second, gives up after another."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.deadline: float | None = None
        self.attempts = 0

    def send(self, command: HostCommand, now: float) -> list[Event]:
        assert command == Identify()
        self.attempts, self.deadline = 1, now + 1.0
        return [Transmit(b"who")]

    def receive(self, data: bytes, now: float) -> list[Event]:
        self.stage.told.append(f"acted on {data.decode()}")
        assert now == self.stage.now_s
        if data != b"me":
            return [BytesSkipped(len(data))]
        self.deadline = None
        return [Answered(Acknowledged())]

    def expire(self, now: float) -> list[Event]:
        self.attempts, self.deadline = self.attempts + 1, now + 1.0
        if self.attempts > 2:
            return [Failed(SilenceError(command="identify", attempts=2))]
        return [Transmit(b"who")]


def ask(stage: Stage) -> tuple[object, list[Event]]:
    seen: list[Event] = []
    talk = Conversation(StageLink(stage), AskingSession(stage), stage, stage.clocks)
    return talk.ask(Identify(), seen.append), seen


def test_every_byte_is_kept_before_it_is_written_or_acted_on() -> None:
    stage = Stage(arriving=[b"noise", b"me"])
    answer, seen = ask(stage)
    assert (answer, seen) == (Acknowledged(), [BytesSkipped(5)])
    assert stage.told == [
        "kept TO_WAND who at 0",
        "wrote who",
        "kept FROM_WAND noise at 0",
        "acted on noise",
        "kept FROM_WAND me at 0",
        "acted on me",
    ]


def test_silence_resends_and_then_fails_with_the_session_s_error() -> None:
    stage = Stage()
    with pytest.raises(SilenceError):
        ask(stage)
    assert stage.told.count("wrote who") == 2
    assert stage.now_s == pytest.approx(2.0)


def test_endless_noise_does_not_outlast_the_deadline() -> None:
    stage = Stage(arriving=[b"x"] * 1000)
    with pytest.raises(SilenceError):
        ask(stage)
    assert stage.told.count("wrote who") == 2
    assert len(stage.arriving) > 900


def test_what_cannot_be_kept_is_not_sent() -> None:
    stage = Stage(is_full=True)
    with pytest.raises(DiskFullError):
        ask(stage)
    assert stage.told == []


def test_a_lost_link_ends_the_conversation() -> None:
    stage = Stage(is_lost=True)
    with pytest.raises(LinkLostError):
        ask(stage)
    assert stage.told == ["kept TO_WAND who at 0", "wrote who"]
