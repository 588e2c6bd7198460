"""Wireshark finds in our captures every byte and every step, in order, with lanes and times."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.captures import STARTED_UTC_NS, capture_of, small_capture
from tests.support.tshark import SeenPacket, packets_seen_by_tshark
from watchclock_protocol.capture import Chunk, Lane, Step, read_capture

pytestmark = pytest.mark.tshark

DESCRIPTIONS = {
    "from_wand": "Bytes the wand sent to the host",
    "to_wand": "Bytes the host sent to the wand",
    "step": "Steps of the download, in JSON",
}
DIRECTIONS = {"from_wand": 1, "to_wand": 2, "step": 0}


def seen(folder: Path, data: bytes) -> list[SeenPacket]:
    path = folder / "seen.pcapng"
    path.write_bytes(data)
    return packets_seen_by_tshark(path)


def test_every_chunk_and_every_step_is_found_in_order(tmp_path: Path) -> None:
    data = b"".join(small_capture())
    packets = seen(tmp_path, data)
    blocks = read_capture(data).blocks
    assert [packet.interface for packet in packets] == [
        block.lane.name.lower() if isinstance(block, Chunk) else "step" for block in blocks
    ]
    for packet, block in zip(packets, blocks, strict=True):
        assert Decimal(packet.time_epoch) * 10**9 == block.utc_ns
        assert packet.description == DESCRIPTIONS[packet.interface]
        assert int(packet.direction, 16) == DIRECTIONS[packet.interface]
        if isinstance(block, Chunk):
            assert packet.data == block.data


def test_a_step_is_a_sentence_for_people_and_json_for_programs(tmp_path: Path) -> None:
    data = b"".join(small_capture())
    packets = [packet for packet in seen(tmp_path, data) if packet.interface == "step"]
    steps = [block for block in read_capture(data).blocks if isinstance(block, Step)]
    assert [packet.comment for packet in packets] == [
        "Step identify begun",
        'Step identify done: {"number":"531932"}',
        "Step clock check not offered",
        'Step close done: {"说明":[1,2.5,null,true]}',
    ]
    told = [json.loads(packet.data) for packet in packets]
    assert [(one["name"], one["state"], one["facts"]) for one in told] == [
        (step.name, step.state, step.facts) for step in steps
    ]


def test_a_thousand_chunks_of_every_size_are_found(tmp_path: Path) -> None:
    spoken = [(Lane(number % 2), bytes([number % 256]) * number) for number in range(1000)]
    packets = seen(tmp_path, capture_of(*spoken))
    assert [packet.data for packet in packets[:-1]] == [data for _, data in spoken]
    assert Decimal(packets[999].time_epoch) * 10**9 == STARTED_UTC_NS + 999 * 10**9


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spoken=st.lists(st.tuples(st.sampled_from(list(Lane)[:2]), st.binary(max_size=64))))
def test_any_bytes_at_all_are_found(tmp_path: Path, spoken: list[tuple[Lane, bytes]]) -> None:
    packets = seen(tmp_path, capture_of(*spoken))
    assert [(packet.interface, packet.data) for packet in packets[:-1]] == [
        (lane.name.lower(), data) for lane, data in spoken
    ]
