"""Values and rules of sites; standard library and protocol values only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from watchclock_protocol.tags.matching import TagIndex, are_confused
from watchclock_protocol.values import TagId

__all__ = [
    "LARGEST_KEY_FILE_BYTES",
    "NAME_LENGTH",
    "Checkpoint",
    "Guard",
    "Site",
    "SiteLayout",
    "TagOwners",
    "TagPlacement",
    "TagRegister",
    "confused_with",
    "is_good_name",
    "is_known_zone",
]

NAME_LENGTH: Final = 100
LARGEST_KEY_FILE_BYTES: Final = 64 * 1024
"""A key file has some dozen lines; a whole Mifare dump as text has 40 kB."""
LEAST_KEPT: Final = 3
"""Low bytes of a number that even the most forgetful wands keep (WM-5000T, FC wands)."""


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

    def is_mounted(self, at: datetime) -> bool:
        """Whether it hung there at a UTC instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


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


@dataclass(frozen=True, slots=True)
class TagOwners:
    """Who a read tag can be, at one instant.

    Attributes:
        checkpoint_ids: where a tag hung that it can be, in ascending order.
        guard_ids: guards whose own tag it can be.
    """

    checkpoint_ids: tuple[int, ...] = ()
    guard_ids: tuple[int, ...] = ()

    @property
    def checkpoint_id(self) -> int | None:
        """The one checkpoint it must be, or None when it can be none, several or a guard."""
        is_one = len(self.checkpoint_ids) == 1 and not self.guard_ids
        return self.checkpoint_ids[0] if is_one else None


class TagRegister:
    """Finds out by what wands kept of tags where they hung; never guesses between two.

    Args:
        placements: every mounting that can matter, whole identities and partial ones.
        guards: their own tags are told from those of checkpoints.
    """

    def __init__(self, placements: Iterable[TagPlacement], guards: Iterable[Guard] = ()) -> None:
        entries: list[tuple[TagId, TagPlacement | Guard]] = [
            (TagId.parse(each.tag), each) for each in placements
        ]
        entries += [(TagId.parse(guard.tag), guard) for guard in guards if guard.tag]
        self._index = TagIndex(entries)
        self._candidates: dict[str, Sequence[TagPlacement | Guard]] = {}

    def owners(self, tag: str, at: datetime | None) -> TagOwners:
        """Who the tag, ``technology:HEX``, can be at a UTC instant; no checkpoint when None."""
        candidates = self._candidates.get(tag)
        if candidates is None:
            candidates = self._candidates[tag] = self._find(tag)
        checkpoints = {
            each.checkpoint_id
            for each in candidates
            if isinstance(each, TagPlacement) and at is not None and each.is_mounted(at)
        }
        guards = {each.id for each in candidates if isinstance(each, Guard)}
        return TagOwners(tuple(sorted(checkpoints)), tuple(sorted(guards)))

    def _find(self, tag: str) -> Sequence[TagPlacement | Guard]:
        # A record that names no tag, such as that of an empty slot, is nobody's.
        return [owner for _, owner in self._index.candidates(TagId.parse(tag))] if tag else []


def confused_with(tag: TagId, others: Iterable[str]) -> str | None:
    """The first of these tags that a wand which keeps few bytes could take for this one."""
    return next(
        (each for each in others if are_confused(tag, TagId.parse(each), LEAST_KEPT)), None
    )
