"""Wireshark's command line reads what we wrote: the judge of our pcapng that we did not write."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["SeenPacket", "packets_seen_by_tshark"]

FIELDS = (
    "frame.interface_name",
    "frame.interface_description",
    "frame.time_epoch",
    "frame.comment",
    "frame.packet_flags_direction",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPacket:
    """One packet as tshark printed it; a field it does not show is empty."""

    interface: str
    description: str
    time_epoch: str
    comment: str
    direction: str
    data: bytes


def packets_seen_by_tshark(path: Path) -> list[SeenPacket]:
    """Every packet of the file in order; skips the test when tshark is not installed."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed")
    command = [program, "-r", str(path), "-T", "json"]
    command += [part for field in FIELDS for part in ("-e", field)]
    command += ["-e", "data.data"]
    finished = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return [_seen(packet["_source"]["layers"]) for packet in json.loads(finished.stdout)]


def _seen(layers: dict[str, list[str]]) -> SeenPacket:
    texts = ["".join(layers.get(field, [])) for field in FIELDS]
    return SeenPacket(
        interface=texts[0],
        description=texts[1],
        time_epoch=texts[2],
        comment=texts[3],
        direction=texts[4],
        data=bytes.fromhex("".join(layers.get("data.data", []))),
    )
