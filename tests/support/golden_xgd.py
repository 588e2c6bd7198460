"""The golden bytes of the "!XD" controller, read without watchclock's own transcript reader."""

import json
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "golden" / "xgd"

Spoken = list[tuple[str, bytes]]


def golden_frames() -> dict[str, tuple[str, bytes]]:
    """Every frame by its name: the lane it belongs to, and its bytes."""
    told = json.loads((FOLDER / "frames.json").read_text("utf-8"))
    return {
        name: (each["lane"], bytes.fromhex(each["bytes"]))
        for part in ("worked", "computed")
        for name, each in told[part].items()
    }


def conversation(name: str) -> Spoken:
    """A conversation of the folder: direction, TX or RX, and bytes."""
    text = (FOLDER / f"{name}.transcript").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("TX ", "RX "))]
    return [(line[:2], bytes.fromhex(line[3:])) for line in lines]
