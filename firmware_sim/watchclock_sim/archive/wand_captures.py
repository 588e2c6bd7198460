"""The captures of one wand's year, one after the other, each with its row of the truth."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import NamedTuple

from watchclock_protocol.capture import CaptureAbout, JsonValue
from watchclock_protocol.dialects import find_dialect
from watchclock_sim.archive.rounds import Anomaly, Night, Numbers
from watchclock_sim.archive.settings import ArchiveSettings, WandPlace
from watchclock_sim.archive.talk import SECOND_NS, Talk
from watchclock_sim.archive.voice import Held, speak
from watchclock_sim.archive.year_plan import nights_of, session_seed, voice_of

__all__ = ["NightFile", "Row", "captures_of"]

Row = dict[str, JsonValue]
"""One line of the truth; docs/simulator.md explains its keys."""


class NightFile(NamedTuple):
    """A night's capture and what is true of it; no bytes where nobody downloaded the wand."""

    name: str
    data: bytes
    row: Row


def captures_of(settings: ArchiveSettings, wand: WandPlace, made: Numbers) -> Iterator[NightFile]:
    """Every night of the wand.

    Args:
        settings: what is generated.
        wand: which wand.
        made: how many records it makes in each night.
    """
    voice = voice_of(settings, wand, made)
    zone, dialect = settings.zone_info(), find_dialect(wand.dialect)
    software = f"watchclock_sim {version('watchclock')}"
    waiting: list[Night] = []
    for night in nights_of(settings, wand, made):
        voice.live(night)
        if not night.is_downloaded:
            waiting.append(night)
            yield NightFile("", b"", _row(wand, night) | {"anomalies": _names(night.anomalies)})
            continue
        about = CaptureAbout(
            dialect=wand.dialect,
            address="serial:/dev/ttyUSB0",
            software=software,
            time_zone=settings.zone,
            started_utc_ns=night.download_s * SECOND_NS,
        )
        talk = Talk(about, dialect.line.baud)
        _, held = speak(voice, talk, zone, session_seed(settings, wand, night))
        name = f"{wand.folder}/{night.name}.pcapng"
        yield NightFile(
            name, talk.written(), _told(wand, [*waiting, night], held, name, talk.sha256)
        )
        waiting.clear()


def _row(wand: WandPlace, night: Night) -> Row:
    return {
        "wand": f"{wand.dialect}:{wand.number}",
        "night": night.name,
        "capture": None,
        "sha256": None,
        "made": night.made,
        "records": 0,
        "kinds": {},
        "first": None,
        "last": None,
        "nights": 0,
        "overwritten": 0,
    }


def _told(wand: WandPlace, nights: list[Night], held: Held, name: str, sha256: str) -> Row:
    found = frozenset[Anomaly]().union(*(night.anomalies for night in nights))
    if len(nights) > 1:
        found |= {Anomaly.LATE_DOWNLOAD}
    if held.overwritten:
        found |= {Anomaly.OVERWRITTEN}
    return _row(wand, nights[-1]) | {
        "capture": name,
        "sha256": sha256,
        "records": held.records,
        "kinds": {str(kind): count for kind, count in held.kinds.items()},
        "first": held.first.isoformat() if held.first else None,
        "last": held.last.isoformat() if held.last else None,
        "nights": len(nights),
        "overwritten": held.overwritten,
        "anomalies": _names(found),
    }


def _names(found: frozenset[Anomaly]) -> list[JsonValue]:
    return [str(each) for each in sorted(found)]
