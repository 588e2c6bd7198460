"""Cuts what a virtual machine sends into messages, in bounded memory, whatever it sends.

No input or output is done here: bytes are fed, messages are drawn.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.transfer_room import LONGEST_OUTPUT
from watchclock_sim.usbredir.layouts import (
    ALT_SETTING,
    BULK,
    BULK_HIGH,
    CONTROL,
    HEAD,
    HEAD_64,
    HELLO,
    INTERRUPT,
    WORD,
    Capability,
    Kind,
)

__all__ = ["OFFERED", "Message", "MessageReader", "capability_word"]

OFFERED: Final = frozenset(Capability)
MOST_WORDS: Final = 8
LONGEST_WORD: Final = 0xFFFF
LONGEST: Final = {
    Kind.HELLO: HELLO.size + MOST_WORDS * WORD.size,
    Kind.RESET: 0,
    Kind.SET_CONFIGURATION: 1,
    Kind.GET_CONFIGURATION: 0,
    Kind.SET_ALT_SETTING: ALT_SETTING.size,
    Kind.GET_ALT_SETTING: 1,
    Kind.START_ISO: 3,
    Kind.STOP_ISO: 1,
    Kind.START_RECEIVING: 1,
    Kind.STOP_RECEIVING: 1,
    Kind.CANCEL: 0,
    Kind.DISCONNECT_ACK: 0,
    Kind.CONTROL: CONTROL.size + LONGEST_WORD,
    Kind.BULK: BULK.size + BULK_HIGH.size + LONGEST_OUTPUT,
    Kind.INTERRUPT: INTERRUPT.size + LONGEST_WORD,
}
"""What a guest may send, and how many octets of each kind."""
SHORTEST: Final = {
    Kind.HELLO: HELLO.size,
    Kind.CONTROL: CONTROL.size,
    Kind.BULK: BULK.size,
    Kind.INTERRUPT: INTERRUPT.size,
}
"""Where a message may be shorter than the longest; all others have one length."""


class Message(NamedTuple):
    """One message.

    Attributes:
        number: by which it is answered and cancelled.
        data: what follows its head.
    """

    kind: Kind
    number: int
    data: bytes


def capability_word(capabilities: Iterable[Capability]) -> bytes:
    """The capabilities as they stand in a hello."""
    return WORD.pack(sum(1 << capability for capability in capabilities))


class MessageReader:
    """Messages of one guest.

    Attributes:
        shared: what both sides can, from the guest's hello on; nothing before.
    """

    def __init__(self) -> None:
        self.shared: frozenset[Capability] = frozenset()
        self._has_greeted = False
        self._buffer = bytearray()

    @property
    def has_part(self) -> bool:
        """Whether the beginning of a message is held, or the guest has not greeted."""
        return bool(self._buffer) or not self._has_greeted

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Bytes in the order in which they came, cut anyhow."""
        self._buffer += data

    def next(self) -> Message | None:
        """The next whole message, None until more is fed.

        Raises:
            HostRefusedError: the bytes are no message that a guest may send.
        """
        head = HEAD_64 if Capability.NUMBERS_OF_64_BITS in self.shared else HEAD
        if len(self._buffer) < head.size:
            return None
        code, length, number = head.unpack_from(self._buffer)
        kind = self._checked(code, length)
        if len(self._buffer) < head.size + length:
            return None
        data = bytes(self._buffer[head.size : head.size + length])
        del self._buffer[: head.size + length]
        if kind is Kind.HELLO:
            self._greet(data)
        return Message(kind, number, data)

    def _checked(self, code: int, length: int) -> Kind:
        kind = next((kind for kind in LONGEST if kind == code), None)
        if kind is None:
            raise HostRefusedError(reason=f"{code} is no message of a guest")
        if (kind is Kind.HELLO) == self._has_greeted:
            raise HostRefusedError(reason="a guest says hello once, and first")
        longest = LONGEST[kind]
        if not SHORTEST.get(kind, longest) <= length <= longest:
            raise HostRefusedError(reason=f"a {kind.name.lower()} of {length} octets")
        return kind

    def _greet(self, data: bytes) -> None:
        self._has_greeted = True
        words = data[HELLO.size :]
        bits = int.from_bytes(words, "little")
        self.shared = frozenset(each for each in OFFERED if bits >> each & 1)
