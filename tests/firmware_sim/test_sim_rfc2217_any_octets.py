"""Whatever a host sets and sends over RFC 2217, in whatever pieces: both are kept apart."""

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.eventually import eventually
from watchclock_sim.line.carriers.rfc2217_port import Rfc2217Port

PATIENCE_S = 20.0
IAC, DOUBLED = b"\xff", b"\xff\xff"
BEGIN, END = bytes.fromhex("FF FA 2C"), bytes.fromhex("FF F0")
PARITIES = {1: "N", 2: "O", 3: "E", 4: "M", 5: "S"}
STOP_BITS = {1: 1, 2: 2, 3: 1.5}
FASTEST = 12_000_000
SUBOPTION = re.compile(rb"\xff\xfa\x2c((?:[^\xff]|\xff\xff)*)\xff\xf0", re.DOTALL)


@dataclass
class Model:
    """What a host has set, and the answers it is due (RFC 2217, section 3)."""

    baud: int = 0
    data_bits: int = 8
    parity: int = 1
    stop: int = 1
    dtr: bool = False
    rts: bool = False
    is_break: bool = False
    data: bytes = b""
    owed: list[bytes] = field(default_factory=list[bytes])

    def control(self, value: int) -> int:
        """What SET-CONTROL is answered."""
        for name, question in (("is_break", 4), ("dtr", 7), ("rts", 10)):
            if value in {question + 1, question + 2}:
                setattr(self, name, value == question + 1)
            if question <= value <= question + 2:
                return question + 1 if getattr(self, name) else question + 2
        return 14

    def set(self, name: str, value: int) -> bytes:
        """The command by which a host sets or asks; its answer is owed from now on."""
        match name:
            case "baud":
                self.baud = value if 0 < value <= FASTEST else self.baud
                asked, answer = value.to_bytes(4), self.baud.to_bytes(4)
            case "control":
                asked, answer = bytes((value,)), bytes((self.control(value),))
            case _:
                setattr(self, name, value or getattr(self, name))
                asked, answer = bytes((value,)), bytes((getattr(self, name),))
        code = {"baud": 1, "data_bits": 2, "parity": 3, "stop": 4, "control": 5}[name]
        self.owed.append(bytes((100 + code,)) + answer)
        return BEGIN + bytes((code,)) + asked.replace(IAC, DOUBLED) + END


SETTINGS = st.one_of(
    st.tuples(st.just("baud"), st.integers(0, 300) | st.integers(0, 0xFFFFFFFF)),
    st.tuples(st.just("data_bits"), st.sampled_from([0, 5, 6, 7, 8])),
    st.tuples(st.just("parity"), st.integers(0, 5)),
    st.tuples(st.just("stop"), st.integers(0, 3)),
    st.tuples(st.just("control"), st.integers(4, 12)),
    st.tuples(st.just("control"), st.sampled_from([10, 11, 13, 16])),
)
NOISE = st.one_of(
    st.sampled_from([b"\xff\xf1", b"\xff\xf9", b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"]),
    st.tuples(st.sampled_from([251, 252, 253, 254]), st.integers(45, 254)).map(
        lambda made: b"\xff" + bytes(made)
    ),
)
STEPS = SETTINGS | st.binary(min_size=1, max_size=30) | NOISE.map(lambda octets: ("noise", octets))


@settings(max_examples=60)
@given(
    steps=st.lists(STEPS, max_size=25),
    sizes=st.lists(st.integers(1, 5) | st.integers(1, 300), min_size=1, max_size=4),
)
def test_data_settings_and_answers_are_those_of_the_model_however_they_are_cut(
    steps: list[tuple[str, int] | tuple[str, bytes] | bytes], sizes: list[int]
) -> None:
    model, said = Model(), b""
    for step in steps:
        if isinstance(step, bytes):
            model.data += step
            said += step.replace(IAC, DOUBLED)
        elif isinstance(step[1], bytes):
            said += step[1]
        else:
            said += model.set(step[0], step[1])
    for question in (4, 7, 10):
        said += model.set("control", question)
    model.data += b"!"
    said += BEGIN + bytes((12, 1)) + END + b"!"
    with closing(Rfc2217Port("127.0.0.1", 0)) as port:
        host, _, number = port.address.removeprefix("rfc2217:").rpartition(":")
        with socket.create_connection((host, int(number)), PATIENCE_S) as raw:
            raw.settimeout(PATIENCE_S)
            heard = heard_of(port, raw, pieces_of(said, sizes), len(model.data))
            answers = answers_to(raw)
        line = port.line
        found = (line.baud, line.data_bits, line.parity.value, line.stop_bits)
        levels = (line.dtr, line.rts, line.is_break)
    assert heard == model.data
    assert answers == model.owed
    assert found == (model.baud, model.data_bits, PARITIES[model.parity], STOP_BITS[model.stop])
    assert levels == (model.dtr, model.rts, model.is_break)


def pieces_of(said: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Cut in pieces of these sizes, again and again."""
    begin = 0
    for size in cycle(sizes):
        if begin >= len(said):
            return
        yield said[begin : begin + size]
        begin += size


def heard_of(port: Rfc2217Port, raw: socket.socket, pieces: Iterable[bytes], octets: int) -> bytes:
    """What the wand hears when each piece comes by itself."""
    heard = bytearray()
    for piece in pieces:
        raw.sendall(piece)
        heard += port.read()

    def is_all_heard() -> bool:
        heard.extend(port.read())
        return len(heard) >= octets

    assert eventually(is_all_heard)
    return bytes(heard)


def answers_to(raw: socket.socket) -> list[bytes]:
    """The answers up to that of a purge, modem lines left out."""
    heard = b""
    while BEGIN + bytes((112, 1)) + END not in heard:
        heard += raw.recv(4096)
    told = [each.replace(DOUBLED, IAC) for each in SUBOPTION.findall(heard)]
    return [each for each in told if each[0] not in {107, 112}]


@settings(max_examples=60)
@given(data=st.binary(max_size=3000))
def test_every_byte_of_the_wand_reaches_the_host_behind_what_it_was_owed(data: bytes) -> None:
    with closing(Rfc2217Port("127.0.0.1", 0)) as port:
        host, _, number = port.address.removeprefix("rfc2217:").rpartition(":")
        with socket.create_connection((host, int(number)), PATIENCE_S) as raw:
            raw.settimeout(PATIENCE_S)
            assert heard_of(port, raw, [BEGIN + bytes((12, 1)) + END + b"!"], 1) == b"!"
            assert port.write(data) == len(data)
            port.unplug()
            heard = b""
            while piece := raw.recv(4096):
                heard += piece
    _, _, came = heard.partition(BEGIN + bytes((112, 1)) + END)
    assert came == data.replace(IAC, DOUBLED)
