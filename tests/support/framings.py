"""The framings of other wands, declared from their notes, and bytes to cut by any of them.

They show how a framing is declared, one line a fact:

- ``KAIHE``: ``EB | command | length | data | sum``, the low byte of the sum of all before it; the
  hosts that were read keep at most 64 bytes of an answer. Source: KaiheSerialPortLibrary.dll in
  fengscar/GuardTourSystemV2.0.1; FuzhouKaiHe/NetPatrolApp, SendAndRcv.java.
- ``PATROL_CONTROLLER``: ``21 58 44 | address | B0 | function | length | data | CRC-16 of Modbus``,
  low byte first, over all before it. Source: public C# driver of the "!XD" patrol controller.
- ``HEADED``: a length of two bytes, believed by a sum of its own, and a CRC-32 over everything.
- ``SHORT_HEADED``: a CRC-16 that does not cover the head, high byte first.
- ``BYTE_STUFFED``: the 7D escapes of PPP (RFC 1662, section 4.2) around a CRC-16/X.25.
"""

from hypothesis import strategies as st

from watchclock_protocol.fcard_family.frames import FRAMING as FCARD
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.framing.declarations import (
    CheckField,
    EscapedFraming,
    Framing,
    HeaderSum,
    LengthField,
    PrefixedFraming,
)

KAIHE = PrefixedFraming(
    head=b"\xeb",
    length=LengthField(at=2, overhead=4),
    check=CheckField(algorithm=CheckAlgorithm.LOW_BYTE_SUM),
    longest=64,
)
PATROL_CONTROLLER = PrefixedFraming(
    head=b"!XD",
    length=LengthField(at=6, overhead=9),
    check=CheckField(algorithm=CheckAlgorithm.CRC16_MODBUS, order="little"),
    longest=264,
)
HEADED = PrefixedFraming(
    head=b"VS",
    length=LengthField(at=6, octets=2, order="little", overhead=13),
    check=CheckField(algorithm=CheckAlgorithm.CRC32, order="little"),
    header_sum=HeaderSum(algorithm=CheckAlgorithm.COMPLEMENT_SUM, at=8),
    longest=1053,
)
SHORT_HEADED = PrefixedFraming(
    head=b"\xaa\x55",
    length=LengthField(at=2, octets=2, overhead=6),
    check=CheckField(algorithm=CheckAlgorithm.CRC16_CCITT, first=2),
    longest=300,
)
BYTE_STUFFED = EscapedFraming(
    flag=0x7E,
    escape=0x7D,
    substitutions=((0x5E, 0x7E), (0x5D, 0x7D)),
    length=LengthField(at=0, overhead=3),
    check=CheckField(algorithm=CheckAlgorithm.CRC16_X25, order="little"),
    longest=67,
)
FRAMINGS: dict[str, Framing] = {
    "fcard": FCARD,
    "byte stuffed": BYTE_STUFFED,
    "kaihe": KAIHE,
    "patrol controller": PATROL_CONTROLLER,
    "headed": HEADED,
    "short headed": SHORT_HEADED,
}


def frame_of(framing: Framing, data: bytes, fill: bytes = bytes(16)) -> bytes:
    """A right frame with this data, escapes not yet put in; ``fill`` is what else it holds."""
    length, check = framing.length, framing.check
    prefix = framing.head if isinstance(framing, PrefixedFraming) else b""
    header = bytearray(prefix + fill)[: length.overhead - check.algorithm.octets]
    header[length.at : length.end] = len(data).to_bytes(length.octets, length.order)
    if isinstance(framing, PrefixedFraming) and framing.header_sum:
        at = framing.header_sum.at
        header[at] = framing.header_sum.algorithm.compute(bytes(header[:at]))
    frame = bytes(header) + data
    due = check.algorithm.compute(frame[check.first :])
    return frame + due.to_bytes(check.algorithm.octets, check.order)


def on_the_wire(framing: Framing, frame: bytes) -> bytes:
    """The frame as it is sent; octet by octet, unlike the product."""
    if isinstance(framing, PrefixedFraming):
        return frame
    codes = {octet: bytes([framing.escape, code]) for code, octet in framing.substitutions}
    flag = bytes([framing.flag])
    return flag + b"".join(codes.get(octet, bytes([octet])) for octet in frame) + flag


def telling_octets(framing: Framing) -> list[int]:
    """The bytes that mean something to a cutter."""
    if isinstance(framing, PrefixedFraming):
        return [*framing.head, 0, 1]
    return [framing.flag, framing.escape, *(code for code, _ in framing.substitutions), 7]


def streams(framing: Framing) -> st.SearchStrategy[bytes]:
    """Right frames, damaged and torn ones, noise and nonsense in any order."""
    octet = st.one_of(st.sampled_from(telling_octets(framing)), st.integers(0, 255))
    most = min(framing.longest - framing.length.overhead, 260)
    data = st.one_of(st.lists(octet, max_size=12).map(bytes), st.binary(max_size=most))

    def sent(content: bytes, fill: bytes) -> bytes:
        return on_the_wire(framing, frame_of(framing, content, fill))

    wires = st.builds(sent, data, st.binary(min_size=16, max_size=16))
    place = st.integers(0, 1000)
    noise = st.lists(octet, max_size=10).map(bytes)
    pieces = st.one_of(
        wires,
        wires,
        st.builds(_damaged, wires, place, octet),
        st.builds(_torn, wires, place),
        noise,
        st.builds(_repeated, octet, st.integers(0, 600)),
    )
    return st.lists(pieces, max_size=10).map(b"".join)


def _damaged(wire: bytes, place: int, octet: int) -> bytes:
    place %= len(wire)
    return wire[:place] + bytes([octet]) + wire[place + 1 :]


def _torn(wire: bytes, place: int) -> bytes:
    return wire[: place % len(wire)]


def _repeated(octet: int, count: int) -> bytes:
    return bytes([octet]) * count
