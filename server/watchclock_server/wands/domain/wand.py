"""A wand as other features see it."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Comparison", "Wand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wand:
    """One wand, known since its first download.

    Attributes:
        key: stable name, ``dialect:number``.
        name: what people call it; its key until somebody names it.
        site_id: the site it belongs to, if assigned.
        first_seen: instant of its first upload.
        last_seen: instant of its latest upload.
    """

    id: int
    key: str
    dialect: str
    number: str
    firmware: str | None
    name: str
    site_id: int | None
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a person saw on a wand's display, for example when handing it out.

    Attributes:
        civil: what the wand showed, without zone.
        utc: the instant of the look, aware.
        uncertainty_s: how far that instant may be off, seconds.
    """

    civil: datetime
    utc: datetime
    uncertainty_s: float
