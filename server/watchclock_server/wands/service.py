"""Use cases of wands: know them, name them, place them, and correct their times."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from watchclock_protocol.messages import Identity
from watchclock_server.errors import NotFoundError, RuleViolationError
from watchclock_server.sites.service import find_site
from watchclock_server.wands import repository
from watchclock_server.wands.domain import AnchorKind, ClockAnchor, Comparison, Wand
from watchclock_server.wands.repository import AnchorRow, WandRow

__all__ = [
    "ComparisonMomentError",
    "ComparisonNotFoundError",
    "ComparisonUncertaintyError",
    "ComparisonWithoutSiteError",
    "WandNameError",
    "WandNotFoundError",
    "add_anchors",
    "anchors_of",
    "anchors_of_capture",
    "assign_wand_to_site",
    "ensure_wand",
    "list_wands",
    "load_wand",
    "rename_wand",
    "replace_anchors",
    "state_comparison",
    "withdraw_comparison",
    "zone_of",
]

LONGEST_NAME: Final = 80
LARGEST_UNCERTAINTY_S: Final = 3600
OLDEST_COMPARISON: Final = timedelta(days=400)


class WandNotFoundError(NotFoundError):
    """No wand is known under this key."""

    code = "wands.not_found"
    template = "No wand {wand} is known here."
    next_step = "A wand becomes known with its first download; look at the list of wands."


class WandNameError(RuleViolationError):
    """A wand cannot be called this."""

    code = "wands.name"
    template = "A wand's name has 1 to {longest} visible characters."
    next_step = "Give the wand the name that is written on it."


class ComparisonWithoutSiteError(RuleViolationError):
    """Without a site nobody knows in which time zone the wand's time was compared."""

    code = "wands.comparison_without_site"
    template = "Wand {wand} belongs to no site, so its time cannot be compared."
    next_step = "Give the wand its site first."


class ComparisonMomentError(RuleViolationError):
    """Nobody can have seen it yet, or nobody can remember it."""

    code = "wands.comparison_moment"
    template = "A comparison is from the last {days} days, and not still to come."
    next_step = "Enter the time at the site when you looked at the wand."


class ComparisonNotFoundError(NotFoundError):
    """Nobody stated this of this wand, or it was withdrawn before."""

    code = "wands.comparison_not_found"
    template = "There is no comparison {comparison} of this wand."
    next_step = "Look at the wand's page; it may have been withdrawn already."


class ComparisonUncertaintyError(RuleViolationError):
    """An uncertainty that nobody can have, or that proves nothing."""

    code = "wands.comparison_uncertainty"
    template = "A comparison can be off by one second to one hour."
    next_step = "Enter how many seconds your own clock may have been off."


def ensure_wand(session: Session, *, identity: Identity, now: datetime) -> Wand:
    """The wand that identified itself, made known if it is new.

    Nobody else can write about this wand until the transaction ends, so that downloads of one
    wand are taken in one after the other.
    """
    row = repository.lock_wand(session, _new_row(identity, now))
    row.last_seen = max(row.last_seen, now)
    row.firmware = _printable(identity.firmware) or row.firmware
    return _value(row)


def _printable(text: str | None) -> str:
    """What a wand calls itself, without bytes that no page and not every database can hold."""
    return "".join(letter for letter in text or "" if letter.isprintable())


def _new_row(identity: Identity, now: datetime) -> WandRow:
    return WandRow(
        key=identity.key,
        dialect=identity.dialect,
        number=identity.number,
        firmware=None,
        name=identity.key,
        site_id=None,
        first_seen=now,
        last_seen=now,
    )


def load_wand(session: Session, wand_id: int) -> Wand:
    """One wand.

    Raises:
        WandNotFoundError: there is none.
    """
    return _value(_load(session, wand_id))


def list_wands(session: Session, *, site_id: int | None = None) -> Sequence[Wand]:
    """All wands, or those of one site, by name."""
    return [_value(row) for row in repository.list_wands(session, site_id)]


def zone_of(session: Session, wand: Wand) -> str:
    """The IANA zone a wand's times are shown in: its site's, or UTC when it has none."""
    return "UTC" if wand.site_id is None else find_site(session, wand.site_id).time_zone


def rename_wand(session: Session, *, wand_id: int, name: str) -> Wand:
    """Call a wand what people call it.

    Raises:
        WandNotFoundError: there is none.
        WandNameError: the name is empty, too long, or holds characters nobody can see.
    """
    row = _load(session, wand_id)
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise WandNameError(longest=LONGEST_NAME)
    row.name = name
    return _value(row)


def assign_wand_to_site(session: Session, *, wand_id: int, site_id: int | None) -> Wand:
    """Say where a wand is used, or with None that it is used nowhere.

    Raises:
        WandNotFoundError: there is no such wand.
        SiteNotFoundError: there is no such site.
    """
    row = _load(session, wand_id)
    if site_id is not None:
        find_site(session, site_id)
    row.site_id = site_id
    return _value(row)


def add_anchors(
    session: Session, *, wand_id: int, capture_sha256: str, anchors: Iterable[ClockAnchor]
) -> None:
    """Store what one capture tells about a wand's clock."""
    repository.add_anchors(
        session,
        [
            AnchorRow(
                wand_id=wand_id,
                capture_sha256=capture_sha256,
                kind=anchor.kind,
                wand_civil=anchor.civil,
                utc=anchor.utc,
                uncertainty_s=anchor.uncertainty_s,
                offset_s=anchor.offset_s,
            )
            for anchor in anchors
        ],
    )


def state_comparison(
    session: Session, *, wand_id: int, comparison: Comparison, who: str, now: datetime
) -> None:
    """Keep what a person saw on a wand's display; it is worth as much as a reading.

    Raises:
        WandNotFoundError: there is none.
        ComparisonWithoutSiteError: the wand belongs to no site.
        ComparisonMomentError: the look is still to come, or longer ago than anybody remembers.
        ComparisonUncertaintyError: the uncertainty is not one second to one hour.
    """
    row = _load(session, wand_id)
    if row.site_id is None:
        raise ComparisonWithoutSiteError(wand=row.name)
    if not now - OLDEST_COMPARISON <= comparison.utc <= now:
        raise ComparisonMomentError(days=OLDEST_COMPARISON.days)
    if not 1 <= comparison.uncertainty_s <= LARGEST_UNCERTAINTY_S:
        raise ComparisonUncertaintyError
    zone = find_site(session, row.site_id).zone
    site_civil = comparison.utc.astimezone(zone).replace(tzinfo=None)
    anchor = AnchorRow(
        wand_id=wand_id,
        stated_by=who,
        kind=AnchorKind.STATED,
        wand_civil=comparison.civil,
        utc=comparison.utc,
        uncertainty_s=comparison.uncertainty_s,
        offset_s=(comparison.civil - site_civil).total_seconds(),
    )
    repository.add_anchors(session, [anchor])


def withdraw_comparison(session: Session, *, wand_id: int, comparison_id: int, who: str) -> None:
    """Take a stated comparison back; it stays stored with both names and counts no more.

    Raises:
        ComparisonNotFoundError: it is not one of this wand, or was withdrawn before.
    """
    row = repository.find_stated(session, wand_id, comparison_id)
    if row is None:
        raise ComparisonNotFoundError(comparison=comparison_id)
    row.withdrawn_by = who


def anchors_of(session: Session, wand_ids: Collection[int]) -> Mapping[int, Sequence[ClockAnchor]]:
    """The anchors of several wands, oldest first, by wand; one query."""
    anchors: dict[int, list[ClockAnchor]] = defaultdict(list)
    for row in repository.list_anchors(session, wand_ids):
        anchors[row.wand_id].append(_anchor(row))
    return anchors


def anchors_of_capture(session: Session, sha256: str) -> Sequence[ClockAnchor]:
    """What one capture tells about a wand's clock, oldest first."""
    return [_anchor(row) for row in repository.list_anchors_of_capture(session, sha256)]


def replace_anchors(
    session: Session, *, wand_id: int, capture_sha256: str, anchors: Iterable[ClockAnchor]
) -> None:
    """Store what one capture tells about a wand's clock instead of what it told before."""
    repository.forget_anchors_of_capture(session, capture_sha256)
    add_anchors(session, wand_id=wand_id, capture_sha256=capture_sha256, anchors=anchors)


def _anchor(row: AnchorRow) -> ClockAnchor:
    return ClockAnchor(
        id=row.id,
        kind=AnchorKind(row.kind),
        civil=row.wand_civil,
        utc=row.utc,
        uncertainty_s=row.uncertainty_s,
        offset_s=row.offset_s,
        stated_by=row.stated_by,
    )


def _load(session: Session, wand_id: int) -> WandRow:
    row = repository.find_wand(session, wand_id)
    if row is None:
        raise WandNotFoundError(wand=wand_id)
    return row


def _value(row: WandRow) -> Wand:
    return Wand(
        id=row.id,
        key=row.key,
        dialect=row.dialect,
        number=row.number,
        firmware=row.firmware,
        name=row.name,
        site_id=row.site_id,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
