"""The faults of a wand's link, each declared once: for a command's text and a scenario's table.

A kind is a dataclass of whole numbers. ``flip_bit:byte=120,bit=3`` and the table
``{ kind = "flip_bit", byte = 120, bit = 3 }`` are the same fault.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import FaultError
from watchclock_sim.near_words import suggestion

__all__ = [
    "FAULT_KINDS",
    "Break",
    "CutFrame",
    "Fault",
    "FlipBit",
    "FlipBits",
    "HubReset",
    "Jitter",
    "LinesFall",
    "LoseByte",
    "LoseBytes",
    "LoseFrame",
    "LoseRecord",
    "Noise",
    "Overrun",
    "RepeatByte",
    "RepeatFrame",
    "Ring",
    "Silence",
    "Slow",
    "Stall",
    "Unplug",
    "WrongBaud",
    "fault_of",
    "fault_text",
    "lost_records",
    "parse_fault",
    "spoken_baud",
]

FOREVER: Final = 2**63
A_DAY_MS: Final = 86_400_000
MOST: Final[Mapping[str, int]] = {
    "bit": 7,
    "cts": 1,
    "dsr": 1,
    "dcd": 1,
    "per_million": 1_000_000,
    "count": 65_536,
    "times": 1000,
    "delay_ms": A_DAY_MS,
    "most_ms": A_DAY_MS,
    "for_ms": A_DAY_MS,
    # The fastest that USB serial chips speak.
    "baud": 4_000_000,
}
"""The largest value of keys that have one."""
LEAST: Final[Mapping[str, int]] = {"byte": 1, "frame": 1, "record": 1, "baud": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipBit:
    """One bit (0 lowest to 7) of one byte arrives inverted."""

    byte: int
    bit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipBits:
    """Every byte has this chance, in a million, that one of its bits arrives inverted."""

    per_million: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Random bytes arrive before a frame."""

    frame: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseFrame:
    """A frame, or several in a row, never arrives."""

    frame: int
    frames: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFrame:
    """Only the first ``keep`` bytes of a frame arrive."""

    frame: int
    keep: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseRecord:
    """The wand leaves a record out of its answer, and out of the count at the answer's end."""

    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """From this frame on nothing arrives any more."""

    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Frames leave late, by default every one; ``frames`` limits how many."""

    delay_ms: int
    frame: int = 1
    frames: int = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplug:
    """The cable comes out after this byte; ``for_ms`` later it is put back, 0 is never."""

    byte: int
    for_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseByte:
    """A byte, or several in a row, never arrives."""

    byte: int
    bytes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseBytes:
    """Every byte has this chance, in a million, that it never arrives."""

    per_million: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatFrame:
    """A frame arrives once more, or several times more."""

    frame: int
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatByte:
    """A byte arrives once more, or several times more."""

    byte: int
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """Each frame leaves late by a time drawn from the seed, ``most_ms`` at most."""

    most_ms: int
    frame: int = 1
    frames: int = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """The line stands still after this byte for so long; a USB endpoint stalls."""

    byte: int
    for_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReset:
    """After this byte the hub resets its ports: everything on it goes away and comes back."""

    byte: int
    for_ms: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesFall:
    """After this byte the lines named fall, by default all three; ``for_ms`` 0 is for ever."""

    byte: int
    for_ms: int = 0
    cts: int = 1
    dsr: int = 1
    dcd: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """After this byte the ring indicator is raised; ``for_ms`` 0 is for ever."""

    byte: int
    for_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun:
    """The byte behind this one is lost in the host's adapter, which says so where it can."""

    byte: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongBaud:
    """The wand speaks at this speed, whatever the host set; at another one it is garbage."""

    baud: int


Break = Unplug | Stall | HubReset | LinesFall | Ring | Overrun
"""Faults that happen to the line itself, after a byte."""

Fault = (
    FlipBit
    | FlipBits
    | Noise
    | LoseFrame
    | LoseByte
    | LoseBytes
    | CutFrame
    | RepeatFrame
    | RepeatByte
    | LoseRecord
    | Silence
    | Slow
    | Jitter
    | Stall
    | Unplug
    | HubReset
    | LinesFall
    | Ring
    | Overrun
    | WrongBaud
)

FAULT_KINDS: Final[Mapping[str, type[Fault]]] = {
    "flip_bit": FlipBit,
    "flip_bits": FlipBits,
    "noise": Noise,
    "lose_frame": LoseFrame,
    "lose_byte": LoseByte,
    "lose_bytes": LoseBytes,
    "cut_frame": CutFrame,
    "repeat_frame": RepeatFrame,
    "repeat_byte": RepeatByte,
    "lose_record": LoseRecord,
    "silence": Silence,
    "slow": Slow,
    "jitter": Jitter,
    "stall": Stall,
    "unplug": Unplug,
    "hub_reset": HubReset,
    "lines_fall": LinesFall,
    "ring": Ring,
    "overrun": Overrun,
    "wrong_baud": WrongBaud,
}


def parse_fault(text: str) -> Fault:
    """The fault written as ``KIND:KEY=NUMBER,…``, for example ``flip_bit:byte=120,bit=3``.

    Raises:
        FaultError: the kind or a key is unknown or missing, or a value is no number or too large.
    """
    name, _, rest = text.partition(":")
    settings: dict[str, int] = {}
    for setting in filter(None, rest.split(",")):
        key, _, value = setting.partition("=")
        if not value.isdecimal():
            reason = FilledReason("{key} needs a whole number", key=key)
            raise FaultError(fault=text, reason=reason)
        settings[key] = int(value)
    return fault_of(name, settings, text)


def fault_of(name: str, settings: Mapping[str, int], text: str) -> Fault:
    """The fault of that kind with these settings.

    Args:
        name: of the kind.
        settings: its keys and their numbers.
        text: how it was written, for messages.

    Raises:
        FaultError: the kind or a key is unknown or missing, or a number is out of range.
    """
    kind = FAULT_KINDS.get(name)
    if kind is None:
        reason = FilledReason(
            "the kinds are {known}{perhaps}",
            known=", ".join(FAULT_KINDS),
            perhaps=suggestion(name, FAULT_KINDS),
        )
        raise FaultError(fault=text, reason=reason)
    _check_keys(text, kind, settings)
    make: Callable[..., Fault] = kind
    return make(**settings)


def fault_text(fault: Fault) -> str:
    """The fault as the command takes it, with the keys that are not as usual."""
    name = next(name for name, kind in FAULT_KINDS.items() if kind is type(fault))
    settings = {field.name: getattr(fault, field.name) for field in fields(fault)}
    usual = {field.name: field.default for field in fields(fault)}
    told = [f"{key}={value}" for key, value in settings.items() if value != usual[key]]
    return f"{name}:{','.join(told)}"


def lost_records(faults: Iterable[Fault]) -> frozenset[int]:
    """Which of the records handed out, counted from 1, the wand leaves out."""
    return frozenset(fault.record for fault in faults if isinstance(fault, LoseRecord))


def spoken_baud(faults: Iterable[Fault]) -> int | None:
    """The speed the wand really speaks where that is not the host's; None when none is named."""
    return next((fault.baud for fault in faults if isinstance(fault, WrongBaud)), None)


def _check_keys(text: str, kind: type[Fault], settings: Mapping[str, int]) -> None:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    for key, value in settings.items():
        if key not in known:
            reason = FilledReason(
                "its keys are {known}, not {key}", known=", ".join(known), key=key
            )
            raise FaultError(fault=text, reason=reason, key=key)
        low, high = LEAST.get(key, 0), MOST.get(key, FOREVER)
        if not low <= value <= high:
            reason = FilledReason("{key} is {low} to {high}", key=key, low=low, high=high)
            raise FaultError(fault=text, reason=reason, key=key)
    for key, is_needed in known.items():
        if is_needed and key not in settings:
            raise FaultError(fault=text, reason=FilledReason("{key} is missing", key=key))
