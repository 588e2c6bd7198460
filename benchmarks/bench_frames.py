"""Cutting frames in bulk, 10^5 and 10^7 of them, one in a hundred damaged; and one frame alone.

References in the same run, each giving the same frames: ``construct`` compiled with the same
check, on what a ``split`` or ``find`` has cut for it already; and the best plain Python known,
``split`` and ``replace`` or ``find``, with ``adler32`` for the sum.
"""

import random
import zlib
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from construct import (
    Bytes,
    Checksum,
    Const,
    ConstructError,
    GreedyBytes,
    Int8ub,
    Int16ub,
    Prefixed,
    RawCopy,
    Struct,
    Terminated,
    this,
)
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support.framings import KAIHE, PATROL_CONTROLLER, frame_of, on_the_wire
from tests.support.in_turn import best_times
from watchclock_protocol.checksums import crc16_modbus, low_byte_sum
from watchclock_protocol.fcard_family.frames import FRAMING as FCARD
from watchclock_protocol.fcard_family.frames import Frame, FrameReader
from watchclock_protocol.framing.cutting import cut, cut_blocks, make_cutter
from watchclock_protocol.framing.declarations import Framing
from watchclock_protocol.framing.frame_table import FrameTable

FRAMES = 100_000
REPEATS = 100  # the long stream: ten million frames
SAMPLE = 3_000  # of which construct takes long enough
SHORTEST_DATA, LONGEST_DATA = 16, 60
NOISE_OCTETS = 9
ROUNDS = 5

Cutter = Callable[[bytes], tuple[list[bytes], int]]
"""The right frames of a stream and how many others there were."""

FCARD_BODY = Struct(
    covered=RawCopy(Struct(head=Bytes(5), data=Prefixed(Int8ub, GreedyBytes))),
    check_sum=Checksum(Int8ub, low_byte_sum, this.covered.data),
    end=Terminated,
).compile()
FCARD_FIELDS = Struct(
    covered=RawCopy(
        Struct(
            address=Int8ub,
            token=Int16ub,
            class_code=Int8ub,
            command=Int8ub,
            data=Prefixed(Int8ub, GreedyBytes),
        )
    ),
    check_sum=Checksum(Int8ub, low_byte_sum, this.covered.data),
    end=Terminated,
).compile()
KAIHE_FRAME = Struct(
    covered=RawCopy(
        Struct(head=Const(b"\xeb"), command=Bytes(1), data=Prefixed(Int8ub, GreedyBytes))
    ),
    check_sum=Checksum(Int8ub, low_byte_sum, this.covered.data),
).compile()
CONTROLLER_FRAME = Struct(
    covered=RawCopy(
        Struct(head=Const(b"!XD"), codes=Bytes(3), data=Prefixed(Int8ub, GreedyBytes))
    ),
    check_sum=Checksum(
        Bytes(2), lambda raw: crc16_modbus(raw).to_bytes(2, "little"), this.covered.data
    ),
).compile()


def stream_of(framing: Framing, frames: int) -> bytes:
    """Frames with 16 to 60 bytes; 1 % have one byte changed, noise follows 0.5 %."""
    chance = random.Random(20261126)  # noqa: S311  a seed, so that every run cuts the same
    pieces: list[bytes] = []
    for _ in range(frames):
        data = chance.randbytes(chance.randint(SHORTEST_DATA, LONGEST_DATA))
        wire = on_the_wire(framing, frame_of(framing, data, chance.randbytes(16)))
        if chance.random() < 0.01:
            place = chance.randrange(len(wire))
            wire = wire[:place] + chance.randbytes(1) + wire[place + 1 :]
        if chance.random() < 0.005:
            wire += chance.randbytes(NOISE_OCTETS)
        pieces.append(wire)
    return b"".join(pieces)


def unescaped(piece: bytes) -> bytes | None:
    octets = piece.replace(b"\x7f\x01", b"\x7e").replace(b"\x7f\x02", b"\x7f")
    return octets if len(piece) - len(octets) == piece.count(b"\x7f") else None


def split_with_python(stream: bytes) -> tuple[list[bytes], int]:
    frames: list[bytes] = []
    others = 0
    for piece in stream.split(b"\x7e"):
        if not piece:
            continue
        octets = unescaped(piece) if b"\x7f" in piece else piece
        if (
            octets is not None
            and 7 <= len(octets) <= 127
            and octets[5] == len(octets) - 7
            and (zlib.adler32(octets[:-1]) - 1) & 0xFF == octets[-1]
        ):
            frames.append(octets)
        else:
            others += 1
    return frames, others


def split_with_construct(stream: bytes) -> tuple[list[bytes], int]:
    frames: list[bytes] = []
    others = 0
    for piece in filter(None, stream.split(b"\x7e")):
        octets = unescaped(piece) if b"\x7f" in piece else piece
        try:
            parsed: Any = FCARD_BODY.parse(octets or b"")
        except (ConstructError, IndexError):
            others += 1
            continue
        frames.append(parsed.covered.data + bytes([parsed.check_sum]))
    return frames, others


def find_with_python(stream: bytes) -> tuple[list[bytes], int]:
    frames: list[bytes] = []
    others = place = 0
    while 0 <= (place := stream.find(b"\xeb", place)) <= len(stream) - 4:
        end = place + stream[place + 2] + 4
        if (
            end - place <= 64
            and end <= len(stream)
            and (zlib.adler32(stream[place : end - 1]) - 1) & 0xFF == stream[end - 1]
        ):
            frames.append(stream[place:end])
            place = end
        else:
            others += 1
            place += 1
    return frames, others


def find_with_construct(head: bytes, frame: Any, longest: int) -> Cutter:  # noqa: ANN401  construct is untyped
    def cut_all(stream: bytes) -> tuple[list[bytes], int]:
        frames: list[bytes] = []
        others = place = 0
        while (place := stream.find(head, place)) >= 0:
            try:
                parsed = frame.parse(stream[place : place + longest])
            except (ConstructError, IndexError):
                others += 1
                place += 1
                continue
            check_sum = parsed.check_sum
            octets = check_sum if isinstance(check_sum, bytes) else bytes([check_sum])
            frames.append(parsed.covered.data + octets)
            place += len(frames[-1])
        return frames, others

    return cut_all


def cut_in_bulk(framing: Framing, stream: bytes) -> tuple[int, int]:
    """How many frames and how many rejects there are; nothing else is kept."""
    frames = rejects = 0
    for table in cut_blocks(framing, stream):
        frames += len(table)
        rejects += table.losses.rejects
    return frames, rejects


def seconds(work: Callable[[], object]) -> float:
    return best_times({"work": work}, rounds=1, clock=process_time)["work"]


def best_of(ways: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    return best_times(ways, rounds, clock=process_time)


def growth(framing: Framing, stream: bytes) -> float:
    """Time of ten million frames in one go over that of the same in a hundred goes."""
    long = stream * REPEATS
    ratios: list[float] = []
    for _ in range(3):
        apart = sum(seconds(lambda: cut_in_bulk(framing, stream)) for _ in range(REPEATS))
        ratios.append(seconds(lambda: cut_in_bulk(framing, long)) / apart)
    return median(ratios)


def measure(benchmark: BenchmarkFixture, work: Callable[[], object]) -> None:
    benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=1)  # type: ignore[no-untyped-call]  # pytest-benchmark has no types


def bench_cut_escaped_frames(benchmark: BenchmarkFixture) -> None:
    stream, sample = stream_of(FCARD, FRAMES), stream_of(FCARD, SAMPLE)
    frames, others = split_with_python(stream)
    table = cut(FCARD, stream)
    assert list(table) == frames
    assert len(table.losses) == others
    assert 0.98 * FRAMES < len(frames) < FRAMES
    assert list(cut(FCARD, sample)) == split_with_construct(sample)[0]
    measure(benchmark, lambda: cut_in_bulk(FCARD, stream))
    best = best_of(
        {
            "bulk": lambda: cut_in_bulk(FCARD, stream),
            "python": lambda: split_with_python(stream),
            "construct": lambda: split_with_construct(sample),
        }
    )
    benchmark.extra_info["ratios"] = {
        "construct": (best["bulk"] / FRAMES) / (best["construct"] / SAMPLE),
        "python": best["bulk"] / best["python"],
        "growth": growth(FCARD, stream),
    }
    assert cut_in_bulk(FCARD, stream * 2)[0] == 2 * len(frames)


def bench_cut_prefixed_frames(benchmark: BenchmarkFixture) -> None:
    stream, sample = stream_of(KAIHE, FRAMES), stream_of(KAIHE, SAMPLE)
    frames, _ = find_with_python(stream)
    assert list(cut(KAIHE, stream)) == frames
    assert 0.98 * FRAMES < len(frames) < FRAMES
    with_construct = find_with_construct(b"\xeb", KAIHE_FRAME, KAIHE.longest)
    assert list(cut(KAIHE, sample)) == with_construct(sample)[0]
    measure(benchmark, lambda: cut_in_bulk(KAIHE, stream))
    best = best_of(
        {
            "bulk": lambda: cut_in_bulk(KAIHE, stream),
            "python": lambda: find_with_python(stream),
            "construct": lambda: with_construct(sample),
        }
    )
    benchmark.extra_info["ratios"] = {
        "construct": (best["bulk"] / FRAMES) / (best["construct"] / SAMPLE),
        "python": best["bulk"] / best["python"],
        "growth": growth(KAIHE, stream),
    }


def bench_cut_frames_with_crc(benchmark: BenchmarkFixture) -> None:
    framing = PATROL_CONTROLLER
    stream, sample = stream_of(framing, FRAMES), stream_of(framing, SAMPLE)
    with_construct = find_with_construct(b"!XD", CONTROLLER_FRAME, framing.longest)
    assert list(cut(framing, sample)) == with_construct(sample)[0]
    assert 0.98 * FRAMES < len(cut(framing, stream)) < FRAMES
    measure(benchmark, lambda: cut_in_bulk(framing, stream))
    best = best_of(
        {
            "bulk": lambda: cut_in_bulk(framing, stream),
            "construct": lambda: with_construct(sample),
        }
    )
    benchmark.extra_info["ratios"] = {
        "construct": (best["bulk"] / FRAMES) / (best["construct"] / SAMPLE)
    }


def bench_small_inputs_take_the_way_that_wins(benchmark: BenchmarkFixture) -> None:
    def fed(stream: bytes) -> FrameTable:
        cutter = make_cutter(FCARD)
        return FrameTable.of_cuts(cutter.receive(stream) + cutter.finish(), cutter.flag_octets)

    def in_blocks(stream: bytes) -> FrameTable:
        return FrameTable.joined(tuple(cut_blocks(FCARD, stream)))

    few, many = stream_of(FCARD, 8), stream_of(FCARD, 80)
    assert list(cut(FCARD, few)) == list(fed(few)) == list(in_blocks(few))
    assert list(cut(FCARD, many)) == list(fed(many)) == list(in_blocks(many))
    measure(benchmark, lambda: cut(FCARD, few))
    best = best_of(
        {
            "few": lambda: cut(FCARD, few),
            "few in blocks": lambda: in_blocks(few),
            "many": lambda: cut(FCARD, many),
            "many fed": lambda: fed(many),
        },
        rounds=300,
    )
    benchmark.extra_info["ratios"] = {
        "few": best["few"] / best["few in blocks"],
        "many": best["many"] / best["many fed"],
    }


def bench_one_frame_alone(benchmark: BenchmarkFixture) -> None:
    body = frame_of(FCARD, bytes(range(40)), bytes(range(16)))
    wire = on_the_wire(FCARD, body)
    reader = FrameReader()
    (frame,) = reader.receive(wire)
    parsed: Any = FCARD_FIELDS.parse(body)
    fields = parsed.covered.value
    assert isinstance(frame, Frame)
    assert (frame.address, frame.token, frame.data) == (fields.address, fields.token, fields.data)

    measure(benchmark, lambda: reader.receive(wire))

    def with_construct() -> object:
        _, piece, _ = wire.split(b"\x7e")
        return FCARD_FIELDS.parse(unescaped(piece) or b"")

    best = best_of(
        {
            "alone": lambda: [reader.receive(wire) for _ in range(500)],
            "construct": lambda: [with_construct() for _ in range(500)],
        },
        rounds=20,
    )
    benchmark.extra_info["ratios"] = {"construct": best["alone"] / best["construct"]}
