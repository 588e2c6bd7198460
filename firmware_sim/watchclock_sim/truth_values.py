"""The truth about a wand's night as it stands in a file: JSON values and their version.

docs/simulator.md, "The truth", explains each; ``truth.schema.json`` beside this module says the
same to programs. Instants are UTC with an offset, wand times civil without one, both ISO 8601.
"""

from typing import Final, Literal

from typing_extensions import TypedDict

__all__ = [
    "TRUTH_FORMAT",
    "TRUTH_VERSION",
    "DeedRow",
    "LabelRow",
    "MishapRow",
    "PartRow",
    "SkipRow",
    "TouchRow",
    "Truth",
]

TRUTH_FORMAT: Final = "watchclock.truth"
TRUTH_VERSION: Final = 1


class TouchRow(TypedDict):
    """A touch: where and when it truly was, and what the wand made of it."""

    guard: str
    carried_by: str
    behaviour: str
    checkpoint: str | None
    place: str | None
    route: str | None
    round: int
    tag: str
    utc: str
    wand_time: str
    is_kept: bool
    read_as: str | None
    why_not_kept: str | None


class SkipRow(TypedDict):
    """A checkpoint that was not read."""

    guard: str
    checkpoint: str
    route: str
    round: int
    utc: str
    reason: str


class DeedRow(TypedDict):
    """What a guard did besides walking and reading."""

    kind: str
    guard: str
    partner: str | None
    route: str
    round: int
    begins: str
    ends: str
    checkpoints: list[str]
    strength_mg: int
    damage: str | None


class PartRow(TypedDict):
    """A part that fared badly for a time; null for always, or for ever."""

    part: str
    health: str
    per_mille: int
    spell_s: int
    measured: int | None
    begins: str | None
    ends: str | None


class MishapRow(TypedDict):
    """What happened to the wand, at an instant or at every so many touches."""

    kind: str
    utc: str | None
    every_touches: int | None
    times: int
    milliseconds: int
    strength_mg: int
    octets: int
    temperature_c: int


class LabelRow(TypedDict):
    """What a detector should find: a class of fault or a deed, with its true time.

    ``begins`` and ``ends`` are null where it lasts from before the night, or beyond it.
    """

    kind: str
    subject: str
    causes: list[str]
    signs: list[str]
    profile: str | None
    row: int | None
    begins: str | None
    ends: str | None


class Truth(TypedDict):
    """All of it, for one wand and one night."""

    format: Literal["watchclock.truth"]
    version: Literal[1]
    site: str
    time_zone: str
    date: str
    seed: int
    begins: str
    ends: str
    wand: str
    identity: str
    touches: list[TouchRow]
    skipped: list[SkipRow]
    deeds: list[DeedRow]
    parts: list[PartRow]
    mishaps: list[MishapRow]
    link_faults: list[str]
    labels: list[LabelRow]
