"""The golden bytes of the vs dialect and what their files say of them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from watchclock_protocol.transcript import Transcript, read_transcript

FOLDER: Final = Path(__file__).resolve().parents[1] / "golden" / "vs"


@dataclass(frozen=True, slots=True)
class WorkedFrame:
    """One frame worked by hand: who sends it, which row of the tables it is, its bytes."""

    sender: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class WorkedRecord:
    """One record worked by hand and the time it names, None where that is impossible."""

    kind: str
    civil: datetime | None
    data: bytes


@dataclass(frozen=True, slots=True)
class WorkedPage:
    """One page worked by hand: whether its CRC-32 holds, which records and damages it has."""

    name: str
    crc_holds: bool
    sequences: tuple[int, ...]
    damaged: tuple[int, ...]
    data: bytes


def worked_frames() -> list[WorkedFrame]:
    worked = json.loads((FOLDER / "worked_frames.json").read_text("utf-8"))
    return [
        WorkedFrame(each["from"], each["kind"], bytes.fromhex(each["bytes"]))
        for each in worked["frames"]
    ]


def worked_records() -> dict[str, WorkedRecord]:
    worked = json.loads((FOLDER / "worked_records.json").read_text("utf-8"))
    return {
        each["kind"]: WorkedRecord(
            each["kind"],
            datetime.fromisoformat(each["civil"]) if each["civil"] else None,
            bytes.fromhex(each["bytes"]),
        )
        for each in worked["records"]
    }


def worked_pages() -> dict[str, WorkedPage]:
    worked = json.loads((FOLDER / "worked_pages.json").read_text("utf-8"))
    return {
        each["name"]: WorkedPage(
            each["name"],
            each["crc_holds"],
            tuple(each["sequences"]),
            tuple(each["damaged"]),
            bytes.fromhex(each["bytes"]),
        )
        for each in worked["pages"]
    }


def worked_download() -> Transcript:
    return read_transcript((FOLDER / "download.transcript").read_text("utf-8"))
