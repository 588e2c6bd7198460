"""What a serial receiver makes of bytes sent in another form than it expects: garbage, repeatably.

Sender and receiver of an asynchronous line agree on nothing but their settings. The receiver waits
for the line to fall, samples it in the middle of what it takes for bits, and hands on whatever
comes out. So a wrong speed, parity or number of data bits turns bytes into others, fewer or more.
This module lays the sender's bits out in time and samples them as a UART does: 16 times
oversampled, so that the edge is found up to a sixteenth of a bit late (Texas Instruments,
TL16C550C data sheet, "receiver"), one stop bit looked at, and after a stop bit that is low
(a framing error) no new character before the line has risen.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from watchclock_sim.line.serial_line import LineError, Parity, SerialLine

__all__ = ["CharacterForm", "Heard", "Uart", "misheard"]

OVERSAMPLING: Final = 16
HALVES: Final = 2
"""The line is laid out in half bits, because there are one and a half stop bits."""
LOW: Final = b"\x00"
HIGH: Final = b"\x01"
BREAK: Final = b"\x00"


NOTHING_WRONG: Final[Mapping[int, LineError]] = MappingProxyType({})


class Heard(NamedTuple):
    """What a receiver makes of what was sent.

    Attributes:
        data: the characters.
        errors: what is wrong with them, by their places in ``data``.
    """

    data: bytes
    errors: Mapping[int, LineError] = NOTHING_WRONG


class _Character(NamedTuple):
    """One character as a receiver hands it on."""

    value: int
    error: LineError


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterForm:
    """How one side sends and hears.

    Attributes:
        baud: bits a second, at least 1.
        data_bits: 5 to 8.
        stop_bits: 1, 1.5 or 2; a receiver looks at the first only.
    """

    baud: int
    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: float = 1

    def laid_out(self, data: bytes) -> bytes:
        """The line while these bytes are sent without a pause, one octet (0 or 1) a half bit."""
        return b"".join(self._character(byte) for byte in data)

    def _character(self, byte: int) -> bytes:
        levels = [0, *(byte >> place & 1 for place in range(self.data_bits))]
        parity = self._parity_bit(sum(levels))
        halves = bytes(level for level in levels + parity for _ in range(HALVES))
        return halves + HIGH * int(self.stop_bits * HALVES)

    def received(self, levels: list[int]) -> _Character:
        """The character of these samples, from the start bit to the first stop bit."""
        bits, rest = levels[1 : 1 + self.data_bits], levels[1 + self.data_bits :]
        error = LineError.NONE
        if rest[:-1] != self._parity_bit(sum(bits)):
            error |= LineError.PARITY
        if not rest[-1]:
            error |= LineError.FRAMING
        if not any(levels):
            error |= LineError.BREAK
        return _Character(sum(level << place for place, level in enumerate(bits)), error)

    def _parity_bit(self, ones: int) -> list[int]:
        """The bit that follows so many ones, or none."""
        match self.parity:
            case Parity.NONE:
                return []
            case Parity.ODD:
                return [1 - ones % 2]
            case Parity.EVEN:
                return [ones % 2]
            case Parity.MARK:
                return [1]
            case Parity.SPACE:
                return [0]


def misheard(data: bytes, sent: CharacterForm, heard: CharacterForm, lateness: float) -> Heard:
    """What arrives of bytes sent without a pause on a line that rests before and after.

    The wrong bytes are at most five times as many as those sent, one for every time the line
    falls. The same arguments give the same bytes, and equal forms the bytes sent; so do speeds
    that differ by less than three per cent.

    Args:
        data: what is sent.
        sent: how the sender has been set.
        heard: how the receiver has been set.
        lateness: how late the receiver sees the line fall, in bits of its own, 0 to 1/16.
    """
    characters = list(_characters(sent.laid_out(data), sent, heard, lateness))
    return Heard(
        bytes(each.value for each in characters),
        {place: each.error for place, each in enumerate(characters) if each.error},
    )


def _characters(
    line: bytes, sent: CharacterForm, heard: CharacterForm, lateness: float
) -> Iterator[_Character]:
    """What is made of a line laid out in half bits of the sender."""
    step = HALVES * sent.baud / heard.baud
    start = line.find(LOW)
    while start >= 0:
        begins = start + lateness * step
        at = [int(begins + (bit + 0.5) * step) for bit in range(_bits(heard))]
        levels = [line[place] if place < len(line) else 1 for place in at]
        if levels[0]:
            # Too short for a start bit: taken for a disturbance.
            start = line.find(LOW, at[0])
            continue
        yield heard.received(levels)
        rises = line.find(HIGH, at[-1])
        start = line.find(LOW, rises) if rises >= 0 else -1


def _bits(form: CharacterForm) -> int:
    """Of one character as its receiver sees it: start, data, parity, one stop."""
    return 1 + form.data_bits + (form.parity is not Parity.NONE) + 1


class Uart:
    """The serial part of a wand, which hears what its own settings make of the line.

    Args:
        baud: the speed it really speaks, 8-N-1; 0 when any will do, as on USB without a UART.
        host_baud: what the host is taken to have set where the carrier does not tell, 0 for the
            right speed.
        wants_lines_low: whether it is deaf and dumb while the host raises DTR or RTS.
        seed: the source of chance.
    """

    def __init__(
        self, *, baud: int, host_baud: int = 0, wants_lines_low: bool = False, seed: int = 0
    ) -> None:
        self._form = CharacterForm(baud=baud) if baud else None
        self._usual = CharacterForm(baud=host_baud) if host_baud else None
        self._wants_lines_low = wants_lines_low
        self._chance = random.Random(f"uart {seed}")  # noqa: S311 - repeatable, not secret
        self._was_break = False

    def to_wand(self, data: bytes, line: SerialLine | None) -> bytes:
        """What the wand hears of the host's bytes.

        Args:
            data: what the host sent, without a pause; may be empty.
            line: what the host has set; None where nothing is known of it.
        """
        begins_break = line is not None and line.is_break and not self._was_break
        self._was_break = line is not None and line.is_break
        if self._is_held(line):
            return b""
        heard = self._through(data, self._hosts_form(line), self._form).data
        # A line held low is a character of nothing but zeros, once, however long it lasts.
        return heard + BREAK if begins_break else heard

    def to_host(self, data: bytes, line: SerialLine | None) -> Heard:
        """What the host hears of one frame of the wand; arguments as in ``to_wand``."""
        if self._is_held(line):
            return Heard(b"")
        if self._form is None:
            return Heard(data)
        return self._through(data, self._form, self._hosts_form(line))

    def _is_held(self, line: SerialLine | None) -> bool:
        return self._wants_lines_low and line is not None and (line.dtr or line.rts)

    def _hosts_form(self, line: SerialLine | None) -> CharacterForm | None:
        if line is None or not line.baud:
            return self._usual
        return CharacterForm(
            baud=line.baud,
            data_bits=line.data_bits,
            parity=line.parity,
            stop_bits=line.stop_bits,
        )

    def _through(
        self, data: bytes, sent: CharacterForm | None, heard: CharacterForm | None
    ) -> Heard:
        if not data or sent is None or heard is None or _is_alike(sent, heard):
            return Heard(data)
        return misheard(data, sent, heard, self._chance.random() / OVERSAMPLING)


def _is_alike(one: CharacterForm, other: CharacterForm) -> bool:
    """Whether nothing can go wrong; how many stop bits are sent does not matter."""
    return (one.baud, one.data_bits, one.parity) == (other.baud, other.data_bits, other.parity)
