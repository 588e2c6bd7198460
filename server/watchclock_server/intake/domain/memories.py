"""Which memory a record was in, where acknowledging wipes the wand (decision 0005).

A wand whose clock falls back writes equal bytes night after night. Only the wipe between two
downloads tells the records of two nights apart, and its capture may be the last to arrive. Kinds
that no acknowledgement wipes (``Dialect.kept_kinds``) stay in one memory, whose name is 0.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watchclock_protocol.dialect import Capability
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.downloads import Download

__all__ = ["LateWipe", "Parting", "Sighting", "emptied_by", "is_shared", "kept_kinds"]
__all__ += ["late_wipe", "part"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One record at its place in one download."""

    record_id: int
    download_id: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """What becomes of the records of one memory when a wipe in between becomes known.

    Attributes:
        moved: records that were read only after the wipe.
        split: records that were read on both sides, so that they are two, each with its first
            place after the wipe.
        repointed: places after the wipe that now hold the second of those two.
    """

    moved: frozenset[int]
    split: Mapping[int, Sighting]
    repointed: Sequence[Sighting]

    def tie(self, other_id: int, copies: Mapping[int, int], *, is_after: bool) -> int | None:
        """With what a record is in conflict now; None if the other was read across the wipe only.

        Args:
            other_id: what it was tied to before.
            copies: the second record of each that was split.
            is_after: the record is one of those after the wipe.
        """
        if is_after:
            return other_id if other_id in self.moved else copies.get(other_id)
        return None if other_id in self.moved else other_id


def emptied_by(dialect: str, downloads: Iterable[Download]) -> Mapping[int, int]:
    """For each download the one whose acknowledgement last wiped the wand before it, or 0.

    Args:
        dialect: what the wand speaks; where acknowledging does not wipe, everything is 0.
        downloads: all downloads of the wand.
    """
    downloads = list(downloads)
    can_wipe = Capability.ACKNOWLEDGE_WIPES in find_dialect(dialect).capabilities
    wipes = sorted(
        (item.acknowledged_at, item.id)
        for item in downloads
        if can_wipe and item.acknowledged_at is not None
    )
    instants = [instant for instant, _ in wipes]
    places = {item.id: bisect_left(instants, item.read_at) for item in downloads}
    return {key: wipes[place - 1][1] if place else 0 for key, place in places.items()}


def kept_kinds(dialect: str) -> frozenset[RecordKind]:
    """The kinds of records that an acknowledgement leaves on the wand."""
    return find_dialect(dialect).kept_kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class LateWipe:
    """A wipe that becomes known when downloads on both its sides are stored already.

    Attributes:
        old: what emptied the memory as it was known until now.
        new: the download that wiped.
        later: downloads after the wipe, oldest first.
        kept_kinds: kinds of records that it left on the wand.
    """

    old: int
    new: int
    later: Sequence[int]
    kept_kinds: frozenset[RecordKind]


def late_wipe(dialect: str, downloads: Sequence[Download], download: Download) -> LateWipe | None:
    """What a new download takes apart, or None if nothing was read after it that is known.

    Args:
        dialect: what the wand speaks.
        downloads: all downloads of the wand, oldest first, ``download`` among them.
        download: the new one.
    """
    memories = emptied_by(dialect, downloads)
    later = [item.id for item in downloads if memories[item.id] == download.id]
    if not later:
        return None
    others = (item for item in downloads if item.id != download.id)
    old = emptied_by(dialect, others)[later[0]]
    return LateWipe(old=old, new=download.id, later=later, kept_kinds=kept_kinds(dialect))


def is_shared(dialect: str, memories: Mapping[int, int], download_id: int) -> bool:
    """Whether another download of the wand can hold records of this one's memories.

    Args:
        dialect: what the wand speaks.
        memories: what ``emptied_by`` gives for all downloads of the wand.
        download_id: this download; it sees the memory it found, and the one its own wipe began.
    """
    if kept_kinds(dialect):
        return len(memories) > 1
    own = {memories[download_id], download_id}
    return any(
        other != download_id and (memory in own or other in own)
        for other, memory in memories.items()
    )


def part(sightings: Sequence[Sighting], later: Sequence[int]) -> Parting:
    """Tell the records on both sides of a wipe apart.

    Args:
        sightings: all of one memory as it was known until now.
        later: downloads after the wipe, oldest first.
    """
    order = {download_id: place for place, download_id in enumerate(later)}
    after = [sighting for sighting in sightings if sighting.download_id in order]
    after.sort(key=lambda sighting: (order[sighting.download_id], sighting.position))
    before = {item.record_id for item in sightings if item.download_id not in order}
    repointed = [sighting for sighting in after if sighting.record_id in before]
    return Parting(
        moved=frozenset(sighting.record_id for sighting in after) - before,
        split={sighting.record_id: sighting for sighting in reversed(repointed)},
        repointed=repointed,
    )
