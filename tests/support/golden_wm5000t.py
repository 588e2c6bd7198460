"""The golden bytes of the WM-5000T, read without watchclock's own transcript reader."""

import json
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "golden" / "wm5000t"


def recorded() -> list[tuple[str, bytes]]:
    """The captured conversation: direction, TX or RX, and bytes."""
    text = (FOLDER / "two_records.transcript").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("TX ", "RX "))]
    return [(line[:2], bytes.fromhex(line[3:])) for line in lines]


def computed() -> dict[str, dict[str, str]]:
    """The frames worked by hand: what each carries and its bytes."""
    frames: dict[str, dict[str, str]] = json.loads(
        (FOLDER / "computed_frames.json").read_text("utf-8")
    )["frames"]
    return frames
