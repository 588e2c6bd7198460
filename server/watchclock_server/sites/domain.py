"""Values and rules of sites; standard library and protocol values only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from watchclock_protocol.values import TagId

__all__ = [
    "NAME_LENGTH",
    "Checkpoint",
    "Guard",
    "Site",
    "SiteLayout",
    "TagPlacement",
    "is_good_name",
    "is_known_zone",
    "normal_tag",
]

NAME_LENGTH: Final = 100
LONGEST_TAG_OCTETS: Final = 32
"""Far more than any tag's number; what is longer was pasted by mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A guarded place.

    Attributes:
        id: key.
        name: unique name.
        time_zone: IANA name, such as ``Asia/Shanghai``.
    """

    id: int
    name: str
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        """The rules of the site's civil time."""
        return ZoneInfo(self.time_zone)

    def day_of(self, instant: datetime) -> date:
        """The calendar day at the site at that instant."""
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place on the site that is to be visited; ``position`` orders them, from 1."""

    id: int
    site_id: int
    name: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPlacement:
    """A tag and the time it was mounted at a checkpoint.

    Attributes:
        id: key.
        checkpoint_id: where it was mounted.
        tag: ``technology:HEX``.
        valid_from: UTC instant from which on a touch counts for this checkpoint.
        valid_to: first UTC instant at which it no longer does; None while it is mounted.
    """

    id: int
    checkpoint_id: int
    tag: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLayout:
    """Where on a site which tag is or was.

    Attributes:
        checkpoints: in the site's order.
        tags: every mounting, by checkpoint, then oldest first.
    """

    site: Site
    checkpoints: tuple[Checkpoint, ...]
    tags: tuple[TagPlacement, ...]

    def find_checkpoint_id(self, tag: str, at: datetime) -> int | None:
        """Where the tag was mounted at a UTC instant, or None."""
        for placement in self.tags:
            is_over = placement.valid_to is not None and placement.valid_to <= at
            if placement.tag == tag and placement.valid_from <= at and not is_over:
                return placement.checkpoint_id
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A guard of a site, known to wands by a tag, by a number in the wand's list, or both."""

    id: int
    site_id: int
    name: str
    tag: str | None
    number: int | None


def is_good_name(name: str) -> bool:
    """Whether a site, checkpoint or guard may be called this: 1 to 100 printable characters."""
    return 0 < len(name) <= NAME_LENGTH and name == name.strip() and name.isprintable()


def is_known_zone(name: str) -> bool:
    """Whether this is an IANA time zone."""
    return name in available_timezones()


def normal_tag(text: str) -> str | None:
    """The tag in its one written form ``technology:HEX``, or None when it is no tag."""
    try:
        tag = TagId.parse(text.strip().lower())
    except ValueError:
        return None
    return str(tag) if 0 < len(tag.octets) <= LONGEST_TAG_OCTETS else None
