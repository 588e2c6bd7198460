"""The golden bytes of the Kaihe EB wand, read without watchclock's own transcript reader."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "golden" / "kaihe_eb"


@dataclass(frozen=True)
class WorkedExchange:
    """What host and wand write, and what that means."""

    what: str
    host: bytes
    wand: bytes
    means: str


def worked_exchanges() -> list[WorkedExchange]:
    told = json.loads((FOLDER / "worked_frames.json").read_text("utf-8"))["exchanges"]
    return [
        WorkedExchange(
            what=each["what"],
            host=bytes.fromhex(each["host"]),
            wand=bytes.fromhex(each["wand"]),
            means=each["means"],
        )
        for each in told
    ]


def worked(what: str) -> WorkedExchange:
    (found,) = [each for each in worked_exchanges() if each.what == what]
    return found


def conversation(variant: str) -> list[tuple[str, bytes]]:
    """A worked conversation: direction, TX or RX, and bytes."""
    text = (FOLDER / f"variant_{variant}.transcript").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("TX ", "RX "))]
    return [(line[:2], bytes.fromhex(line[3:])) for line in lines]
