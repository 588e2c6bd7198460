"""The golden bytes of the fcard wand and the values their sources give beside them."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tests.support.by_hand_fcard import civil
from watchclock_protocol.dialects.fcard import requests
from watchclock_protocol.dialects.fcard.replies import StaffEntry
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_protocol.records import RecordKind

FOLDER: Final = Path(__file__).resolve().parents[1] / "golden" / "fcard"
NUMBER: Final = 7
RECORDED_CARDS: Final = 137
RECORDED_SYSTEM: Final = 23


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded host frame and the recorded frames of its answer."""

    host: bytes
    wand: tuple[bytes, ...]
    means: str


@dataclass(frozen=True, slots=True)
class WorkedFrame:
    """One frame worked by hand: who sends it, which row of the tables it is, its bytes."""

    sender: str
    kind: str
    data: bytes


def exchanges() -> list[Exchange]:
    recording = json.loads((FOLDER / "host_recording.json").read_text("utf-8"))
    return [
        Exchange(
            bytes.fromhex(each["host"]),
            tuple(bytes.fromhex(frame) for frame in each["wand"]),
            each["means"],
        )
        for each in recording["exchanges"]
    ]


def worked_frames() -> list[WorkedFrame]:
    worked = json.loads((FOLDER / "worked_frames.json").read_text("utf-8"))
    return [
        WorkedFrame(each["from"], each["kind"], bytes.fromhex(each["bytes"]))
        for each in worked["frames"]
    ]


def recorded_staff() -> tuple[StaffEntry, ...]:
    """The staff list the recorded host wrote, from the recording's ``decoded``."""
    return tuple(
        StaffEntry.named(
            number=number,
            card=0x7E0000 + 257 * number,
            name=f"Li {number}" if number % 2 else "王五",
        )
        for number in range(1, 13)
    )


def recorded_requests() -> list[FcardRequest]:
    """What the recorded host asked, in its order, from the recording's ``means``."""
    staff = recorded_staff()
    patrol, system = RecordKind.PATROL, RecordKind.SYSTEM
    return [
        requests.ReadNumber(),
        requests.ReadFirmware(),
        requests.ReadRunInformation(),
        requests.ReadClock(),
        requests.ReadExpiryDate(),
        requests.WriteExpiryDate(day=date(2031, 12, 30)),
        requests.ReadStorageMode(),
        requests.WriteStorageMode(mode=requests.StorageMode.STOP),
        requests.WriteProductionDate(day=date(2024, 3, 15)),
        requests.ReadProductionDate(),
        requests.ReadStayOnTime(),
        requests.ReadTorchTime(),
        requests.DeleteAllStaff(),
        requests.ReadStaffCapacity(),
        *(requests.AddStaff(entries=staff[first : first + 5]) for first in (0, 5, 10)),
        requests.ReadAllStaff(),
        requests.ReadStaff(search=requests.StaffSearch.BY_NUMBER, value=3),
        requests.DeleteStaff(numbers=(2, 3, 4)),
        requests.Beep(),
        requests.Vibrate(duration_ms=500),
        requests.WriteClock(civil=civil(2026, 11, 21, 8, 30, 5)),
        requests.ReadPointers(),
        requests.ReadPointers(),
        requests.ReadRange(kind=patrol, first=1, quantity=100),
        requests.ReadRange(kind=patrol, first=101, quantity=37),
        requests.WriteReadPointer(kind=patrol, read_index=RECORDED_CARDS, is_wrapped=False),
        requests.ReadPointers(),
        requests.ReadRange(kind=system, first=1, quantity=RECORDED_SYSTEM),
        requests.WriteReadPointer(kind=system, read_index=RECORDED_SYSTEM, is_wrapped=False),
        requests.ReadPointers(),
    ]
