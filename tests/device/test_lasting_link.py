"""A link that is opened anew while that may be, and stays lost otherwise."""

from collections.abc import Sequence
from contextlib import closing

import pytest

from watchclock_device.clocks import Clocks
from watchclock_device.errors import (
    DeviceError,
    LinkLostError,
    PortNotFoundError,
    PortUnusableError,
)
from watchclock_device.lasting_link import LastingLink, lasting
from watchclock_device.links import Link
from watchclock_protocol.errors import SilenceError, WandChangedError

WAIT_S = 1.0


class Cable:
    """A cable on which every opened link is lost after its first byte.

    Attributes:
        refusals: what the next openings after the first raise.
        strangers: what asking who is there raises.
        now: the time, which passes only by waiting.
    """

    def __init__(self, refusals: Sequence[DeviceError] = ()) -> None:
        self.refusals = list(refusals)
        self.strangers: list[Exception] = []
        self.now = 0.0
        self.opened = 0
        self.closed = 0
        self.read_bytes = 0
        self.written: list[bytes] = []

    def open(self) -> Link:
        if self.opened and self.refusals:
            raise self.refusals.pop(0)
        self.opened += 1
        self.read_bytes = 0
        return self

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s >= 0
        if self.read_bytes:
            raise LinkLostError(address="a")
        self.read_bytes = 1
        return bytes((self.opened,))

    def write(self, data: bytes) -> None:
        if self.read_bytes:
            raise LinkLostError(address="a")
        self.written.append(data)

    def close(self) -> None:
        self.closed += 1

    def recognise(self, link: Link) -> None:
        assert link is self
        if self.strangers:
            raise self.strangers.pop(0)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def link(self) -> LastingLink:
        clocks = Clocks(utc_ns=lambda: 0, monotonic_s=lambda: self.now, sleep_s=self.sleep)
        return LastingLink(self.open, clocks, WAIT_S)


def test_a_lost_link_is_opened_anew_and_read_on() -> None:
    cable = Cable([PortNotFoundError(address="a")] * 3)
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        assert [link.read(1.0) for _ in range(3)] == [b"\x01", b"", b"\x02"]
        assert link.reopened == 1
    assert cable.opened == 2
    assert 0 < cable.now < WAIT_S


def test_what_is_written_when_the_link_is_lost_is_lost_with_it() -> None:
    cable = Cable()
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        link.read(1.0)
        link.write(b"gone")
        link.write(b"kept")
    assert cable.written == [b"kept"]


def test_a_wand_that_stays_away_too_long_is_a_lost_link() -> None:
    cable = Cable([PortNotFoundError(address="a")] * 99)
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        link.read(1.0)
        with pytest.raises(LinkLostError):
            link.read(1.0)
    assert WAIT_S <= cable.now < WAIT_S + 0.2


def test_what_comes_back_as_something_else_is_told_at_once() -> None:
    cable = Cable([PortUnusableError(address="a", reason="it is a printer")])
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        link.read(1.0)
        with pytest.raises(PortUnusableError):
            link.read(1.0)
    assert cable.now == 0.0


def test_another_wand_that_comes_back_ends_the_reading_and_is_told_nothing() -> None:
    cable = Cable()
    cable.strangers = [WandChangedError(expected="vs:1", found="vs:2")]
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        link.read(1.0)
        with pytest.raises(WandChangedError):
            link.write(b"\x01")
    assert (cable.written, cable.closed, cable.now) == ([], 2, 0.0)


def test_a_wand_that_is_still_waking_up_is_waited_for() -> None:
    cable = Cable()
    cable.strangers = [SilenceError(command="identify", attempts=3), LinkLostError(address="a")]
    with closing(cable.link()) as link, lasting(link, cable.recognise):
        assert [link.read(1.0) for _ in range(3)] == [b"\x01", b"", b"\x04"]
    assert (cable.opened, cable.closed) == (4, 4)


def test_outside_of_a_reading_a_lost_link_stays_lost() -> None:
    cable = Cable()
    with closing(cable.link()) as link:
        link.read(1.0)
        for _ in range(2):
            with pytest.raises(LinkLostError):
                link.read(1.0)
        with pytest.raises(LinkLostError):
            link.write(b"\x01")
    assert cable.opened == 1


def test_a_link_that_cannot_be_opened_anew_stays_lost_in_a_reading_too() -> None:
    cable = Cable()
    with lasting(cable, cable.recognise), pytest.raises(LinkLostError):
        [cable.read(1.0) for _ in range(2)]
    assert cable.opened == 0
