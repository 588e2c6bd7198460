"""What a year's wand must be able to do, and the one order in which a host downloads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from watchclock_protocol.capture import StepName
from watchclock_protocol.dialect import Capability
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import WandTime
from watchclock_sim.archive.rounds import Night
from watchclock_sim.archive.talk import Talk

__all__ = ["Held", "Voice", "speak"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a wand hands over in one download.

    Attributes:
        kinds: records by kind, those of none left out.
        first: the earliest time of a record on the wand's clock, None without records.
        last: the latest.
        overwritten: records that were lost since the last download because the memory was full.
    """

    kinds: Mapping[RecordKind, int]
    first: datetime | None
    last: datetime | None
    overwritten: int = 0

    @property
    def records(self) -> int:
        """Records of all kinds."""
        return sum(self.kinds.values())


class Voice(Protocol):
    """One wand over the year: it lives through its nights and answers its host."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What its dialect can do."""
        ...

    def live(self, night: Night) -> None:
        """The night passes; its records are in the memory."""
        ...

    def greet(self, talk: Talk, seed: int) -> Identity:
        """The host identifies the wand; the seed is that of its session."""
        ...

    def show_time(self, talk: Talk) -> WandTime:
        """The host asks for the clock, which not every wand can tell."""
        ...

    def count(self, talk: Talk) -> Held:
        """The host asks for the counters."""
        ...

    def hand_over(self, talk: Talk) -> None:
        """The host reads every record."""
        ...

    def let_go(self, talk: Talk, zone: ZoneInfo) -> None:
        """The host acknowledges."""
        ...

    def set_clock(self, talk: Talk, zone: ZoneInfo) -> datetime:
        """The host sets the clock, which not every wand takes without an acknowledgement."""
        ...


def speak(voice: Voice, talk: Talk, zone: ZoneInfo, seed: int) -> tuple[Identity, Held]:
    """A whole download, step by step as ``watchclock download`` journals it."""
    talk.begun(StepName.IDENTIFY)
    wand = voice.greet(talk, seed)
    talk.done(StepName.IDENTIFY, {"firmware": wand.firmware, "wand": wand.key})
    _check_clock(voice, talk)
    talk.begun(StepName.COUNTERS)
    held = voice.count(talk)
    talk.done(StepName.COUNTERS, {"announced": held.records})
    talk.begun(StepName.READ)
    voice.hand_over(talk)
    talk.done(StepName.READ, {"received": held.records})
    talk.begun(StepName.VERIFY)
    talk.done(StepName.VERIFY, {"bytes": talk.octets})
    talk.begun(StepName.STORE)
    talk.done(StepName.STORE)
    talk.begun(StepName.ACKNOWLEDGE)
    voice.let_go(talk, zone)
    talk.done(StepName.ACKNOWLEDGE, {"records": held.records})
    _set_clock(voice, talk, zone)
    talk.begun(StepName.CLOSE)
    talk.done(StepName.CLOSE, {"outcome": "acknowledged"})
    return wand, held


def _check_clock(voice: Voice, talk: Talk) -> None:
    if Capability.READS_CLOCK not in voice.capabilities:
        talk.not_offered(StepName.CLOCK_CHECK)
        return
    talk.begun(StepName.CLOCK_CHECK)
    began_ns = talk.now_ns
    shown = voice.show_time(talk)
    civil = shown.civil.isoformat() if shown.civil else None
    talk.done(
        StepName.CLOCK_CHECK,
        {"answered_utc_ns": talk.now_ns, "asked_utc_ns": began_ns, "wand_time": civil},
    )


def _set_clock(voice: Voice, talk: Talk, zone: ZoneInfo) -> None:
    if Capability.ACKNOWLEDGE_SETS_CLOCK in voice.capabilities:
        talk.not_offered(StepName.SET_CLOCK)
        return
    talk.begun(StepName.SET_CLOCK)
    talk.pause_until_whole_second()
    at_ns = talk.now_ns
    civil = voice.set_clock(talk, zone)
    talk.done(StepName.SET_CLOCK, {"civil": civil.isoformat(), "utc_ns": at_ns})
