"""EM4100 identities: the frame of 64 bits with its parities, and bytes turned by readers.

Source: EM4100 data sheet (frame); RfidResearchGroup/proxmark3, client/src/cmdlfem410x.c (forms);
RDM630 module data sheet (serial frame).
"""

from typing import Final

from watchclock_protocol.tags.errors import (
    TagCheckSumError,
    TagFrameError,
    TagLengthError,
    TagShortedError,
)
from watchclock_protocol.values import TagId, TagTechnology

__all__ = [
    "FRAME_LENGTH",
    "IDENTITY_LENGTH",
    "bits_turned",
    "frame_of",
    "from_frame",
    "from_rdm6300",
    "from_signal",
    "rdm6300_of",
    "tag_of",
]

FRAME_LENGTH: Final = 8
IDENTITY_LENGTH: Final = 5
_HEADER_BITS: Final = 9
_ROWS: Final = 10
_ROW_BITS: Final = 5
_RDM_LENGTH: Final = 14
_RDM_START: Final = 0x02
_RDM_END: Final = 0x03


def tag_of(octets: bytes) -> TagId:
    """The identity of these low bytes, most significant first; five are the whole.

    Raises:
        TagShortedError: nothing but zeros.
    """
    if not any(octets):
        raise TagShortedError
    return TagId(TagTechnology.EM4100, octets)


def bits_turned(octets: bytes) -> bytes:
    """The same bytes with the bits of each in the other order (IK3, ZK and "unique" prints)."""
    return bytes(int(f"{octet:08b}"[::-1], 2) for octet in octets)


def frame_of(identity: bytes) -> bytes:
    """The 64 bits on the air for five bytes: header, ten rows with parity, column parities, 0."""
    nibbles = [int(digit, 16) for digit in identity.hex()]
    rows = "".join(f"{nibble:04b}{nibble.bit_count() & 1}" for nibble in nibbles)
    columns = 0
    for nibble in nibbles:
        columns ^= nibble
    return int(f"{'1' * _HEADER_BITS}{rows}{columns:04b}0", 2).to_bytes(FRAME_LENGTH)


def from_frame(frame: bytes) -> TagId:
    """The identity in a frame of 64 bits, first bit on the air most significant.

    Four flipped bits at the corners of a rectangle go unseen: read the frame twice.

    Raises:
        TagFrameError: header, a row's or a column's parity or the stop bit is wrong.
        TagShortedError: an identity of nothing but zeros.
    """
    name, bits = frame.hex().upper(), f"{int.from_bytes(frame):064b}"
    if bits[:_HEADER_BITS] != "1" * _HEADER_BITS:
        raise TagFrameError(frame=name, reason="it does not begin with nine ones")
    rows = [bits[at : at + _ROW_BITS] for at in range(_HEADER_BITS, 59, _ROW_BITS)]
    if any(row.count("1") % 2 for row in rows):
        raise TagFrameError(frame=name, reason="the parity of a row does not hold")
    columns = bits[59:63]
    if any(
        sum(row[at] == "1" for row in rows) % 2 != int(columns[at]) for at in range(_ROW_BITS - 1)
    ):
        raise TagFrameError(frame=name, reason="the parity of a column does not hold")
    if bits[63] != "0":
        raise TagFrameError(frame=name, reason="it does not end with a zero")
    return tag_of(int("".join(row[:4] for row in rows), 2).to_bytes(IDENTITY_LENGTH))


def from_signal(signal: bytes) -> TagId:
    """The identity in a repeated frame: 64 bits and what follows them, first bit first.

    A format of 128 bits (Electra) begins like a frame; so the next header must follow at once.

    Raises:
        TagFrameError: the frame is damaged, or no header follows it.
        TagShortedError: an identity of nothing but zeros.
    """
    frame, next_one = signal[:FRAME_LENGTH], signal[FRAME_LENGTH:]
    if f"{int.from_bytes(next_one[:2]):016b}"[:_HEADER_BITS] != "1" * _HEADER_BITS:
        raise TagFrameError(
            frame=signal.hex().upper(), reason="no other header follows it; the format is longer"
        )
    return from_frame(frame)


def rdm6300_of(identity: bytes) -> bytes:
    """What an RDM630 or RDM6300 module sends: 02, ten digits, the XOR as two digits, 03."""
    digits = (identity + bytes([_exclusive_or(identity)])).hex().upper()
    return bytes([_RDM_START]) + digits.encode() + bytes([_RDM_END])


def from_rdm6300(frame: bytes, text: str) -> TagId:
    """The identity in a frame of an RDM630 or RDM6300 module, 14 bytes.

    Raises:
        TagLengthError: it has not 14 bytes.
        TagFrameError: it does not stand between 02 and 03, or holds other than digits.
        TagCheckSumError: the XOR of the five bytes is another.
    """
    if len(frame) != _RDM_LENGTH:
        raise TagLengthError(text=text, count=2 * len(frame))
    digits = frame[1:-1].decode("latin-1")
    if (frame[0], frame[-1]) != (_RDM_START, _RDM_END) or not _is_hexadecimal(digits):
        raise TagFrameError(
            frame=frame.hex().upper(), reason="it is not twelve digits between 02 and 03"
        )
    identity, found = bytes.fromhex(digits[:10]), int(digits[10:], 16)
    right = _exclusive_or(identity)
    if found != right:
        raise TagCheckSumError(text=text, found=f"{found:02X}", right=f"{right:02X}")
    return tag_of(identity)


def _exclusive_or(octets: bytes) -> int:
    value = 0
    for octet in octets:
        value ^= octet
    return value


def _is_hexadecimal(digits: str) -> bool:
    return all(digit in "0123456789ABCDEFabcdef" for digit in digits)
