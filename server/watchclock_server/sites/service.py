"""Keeping sites, their checkpoints, the tags on them and their guards."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from watchclock_protocol.values import TagId
from watchclock_server.errors import ConflictError, NotFoundError, RuleViolationError
from watchclock_server.sites import repository
from watchclock_server.sites.domain import (
    NAME_LENGTH,
    Checkpoint,
    Guard,
    Site,
    SiteLayout,
    TagPlacement,
    TagRegister,
    confused_with,
    is_good_name,
    is_known_zone,
)

__all__ = [
    "CheckpointNotFoundError",
    "NameInvalidError",
    "SiteEntryTakenError",
    "SiteNotFoundError",
    "TagConfusedError",
    "ZoneUnknownError",
    "add_checkpoint",
    "add_guard",
    "assign_tag",
    "checkpoints_of",
    "create_site",
    "find_site",
    "find_sites",
    "guards_of",
    "load_layout",
    "sites_of_tags",
]


class SiteNotFoundError(NotFoundError):
    """No site has this key."""

    code = "sites.site_not_found"
    template = "There is no site {site_id}."
    next_step = "Choose a site on the home page."


class CheckpointNotFoundError(NotFoundError):
    """No checkpoint has this key."""

    code = "sites.checkpoint_not_found"
    template = "There is no checkpoint {checkpoint_id}."
    next_step = "Choose a checkpoint on the site's page."


class NameInvalidError(RuleViolationError):
    """The name is empty, too long, or holds characters nobody can see."""

    code = "sites.name_invalid"
    template = "“{name}” cannot be used as a name."
    next_step = "Use 1 to {longest} visible characters."


class ZoneUnknownError(RuleViolationError):
    """The time zone is not in the IANA database."""

    code = "sites.zone_unknown"
    template = "“{time_zone}” is not a known time zone."
    next_step = "Use an IANA name such as Asia/Shanghai or Europe/Berlin."


class TagConfusedError(ConflictError):
    """A wand that keeps few bytes of a number could not tell this tag from another of the site."""

    code = "sites.tag_confused"
    template = "Some wands cannot tell {tag} from {other} of “{place}”: they keep too few bytes."
    next_step = "Use another tag, or confirm that every wand of this site keeps whole identities."


class SiteEntryTakenError(ConflictError):
    """Another site, checkpoint or guard has this name, tag or number already."""

    code = "sites.taken"
    template = "“{name}” clashes with an entry that has the same name, tag or number."
    next_step = "Choose another name, tag or number."


def create_site(session: Session, *, name: str, time_zone: str) -> Site:
    """The new site.

    Raises:
        NameInvalidError: the name cannot be used.
        ZoneUnknownError: the zone is not in the IANA database.
        SiteEntryTakenError: another site has this name.
    """
    _check_name(name)
    if not is_known_zone(time_zone):
        raise ZoneUnknownError(time_zone=time_zone)
    row = repository.SiteRow(name=name, time_zone=time_zone)
    _store(session, row, name)
    return _site(row)


def find_sites(session: Session) -> list[Site]:
    """All sites by name."""
    return [_site(row) for row in repository.list_sites(session)]


def find_site(session: Session, site_id: int) -> Site:
    """The site of this key.

    Raises:
        SiteNotFoundError: there is none.
    """
    row = repository.find_site(session, site_id)
    if row is None:
        raise SiteNotFoundError(site_id=site_id)
    return _site(row)


def add_checkpoint(session: Session, *, site_id: int, name: str) -> Checkpoint:
    """The new checkpoint, last in the site's order.

    Raises:
        SiteNotFoundError: there is no such site.
        NameInvalidError: the name cannot be used.
        SiteEntryTakenError: another checkpoint of the site has this name.
    """
    find_site(session, site_id)
    _check_name(name)
    position = repository.last_position(session, site_id) + 1
    row = repository.CheckpointRow(site_id=site_id, name=name, position=position)
    _store(session, row, name)
    return _checkpoint(row)


def checkpoints_of(session: Session, site_id: int) -> list[Checkpoint]:
    """A site's checkpoints in their order."""
    return [_checkpoint(row) for row in repository.list_checkpoints(session, site_id)]


def assign_tag(
    session: Session,
    *,
    checkpoint_id: int,
    tag: TagId,
    valid_from: datetime,
    is_confusion_accepted: bool = False,
) -> TagPlacement:
    """The tag as mounted at this checkpoint; wherever it was mounted before, it no longer is.

    Args:
        session: the transaction.
        checkpoint_id: where the tag is now.
        tag: its identity, whole or partial.
        valid_from: instant of the mounting, aware.
        is_confusion_accepted: mount it even if wands that keep few bytes take it for another one.

    Raises:
        CheckpointNotFoundError: there is no such checkpoint.
        TagConfusedError: such a wand could take it for another tag of the site.
        SiteEntryTakenError: the tag was mounted elsewhere after ``valid_from``.
    """
    checkpoint = repository.find_checkpoint(session, checkpoint_id)
    if checkpoint is None:
        raise CheckpointNotFoundError(checkpoint_id=checkpoint_id)
    written = str(tag)
    earlier = repository.find_mounted_tag(session, written)
    if earlier is not None and earlier.checkpoint_id == checkpoint_id:
        return _placement(earlier)
    if not is_confusion_accepted:
        _check_confusion(session, tag, checkpoint.site_id, valid_from, at_checkpoint=checkpoint_id)
    if earlier is not None:
        _unmount(session, earlier, valid_from)
    row = repository.TagRow(
        checkpoint_id=checkpoint_id,
        technology_octets=written,
        valid_from=valid_from.astimezone(UTC),
    )
    _store(session, row, written)
    return _placement(row)


def _unmount(session: Session, row: repository.TagRow, at: datetime) -> None:
    if row.valid_from >= at:
        raise SiteEntryTakenError(name=row.technology_octets)
    row.valid_to = at
    session.flush()


def _check_confusion(
    session: Session,
    tag: TagId,
    site_id: int,
    valid_from: datetime,
    *,
    at_checkpoint: int | None = None,
) -> None:
    """Raises TagConfusedError; two tags of one checkpoint may be alike, they name one place."""
    places = {
        row.technology_octets: name
        for row, name in repository.list_tags_from(session, site_id, valid_from)
        if row.checkpoint_id != at_checkpoint
    }
    places |= {row.tag: row.name for row in repository.list_guards(session, site_id) if row.tag}
    other = confused_with(tag, places)
    if other is not None:
        raise TagConfusedError(tag=tag, other=other, place=places[other])


def load_layout(session: Session, site_id: int) -> SiteLayout:
    """A site with its checkpoints and all their tags; one query.

    Raises:
        SiteNotFoundError: there is no such site.
    """
    rows = repository.list_layout(session, site_id)
    if not rows:
        raise SiteNotFoundError(site_id=site_id)
    checkpoints = {row.id: _checkpoint(row) for _, row, _ in rows if row is not None}
    return SiteLayout(
        site=_site(rows[0][0]),
        checkpoints=tuple(checkpoints.values()),
        tags=tuple(_placement(row) for _, _, row in rows if row is not None),
    )


def sites_of_tags(session: Session, tags: Iterable[str], at: datetime) -> Collection[int]:
    """Keys of the sites where these read tags were mounted at that UTC instant; one query.

    A tag that can be mounted at several sites says nothing.
    """
    mounted = repository.list_mounted(session, at)
    site_of = {row.checkpoint_id: site_id for site_id, row in mounted}
    register = TagRegister(_placement(row) for _, row in mounted)
    found = [
        {site_of[each] for each in register.owners(tag, at).checkpoint_ids} for tag in set(tags)
    ]
    return {site_id for sites in found if len(sites) == 1 for site_id in sites}


def add_guard(
    session: Session,
    *,
    site_id: int,
    name: str,
    now: datetime,
    tag: TagId | None = None,
    number: int | None = None,
) -> Guard:
    """The new guard.

    Raises:
        SiteNotFoundError: there is no such site.
        NameInvalidError: the name cannot be used.
        TagConfusedError: a wand could take the tag for that of a checkpoint or another guard.
        SiteEntryTakenError: another guard of the site has this name, tag or number.
    """
    find_site(session, site_id)
    _check_name(name)
    if tag is not None:
        _check_confusion(session, tag, site_id, now)
    written = None if tag is None else str(tag)
    row = repository.GuardRow(site_id=site_id, name=name, tag=written, number=number)
    _store(session, row, name)
    return _guard(row)


def guards_of(session: Session, site_id: int) -> list[Guard]:
    """A site's guards by name."""
    return [_guard(row) for row in repository.list_guards(session, site_id)]


def _check_name(name: str) -> None:
    if not is_good_name(name):
        raise NameInvalidError(name=name, longest=NAME_LENGTH)


def _store(session: Session, row: object, name: str) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise SiteEntryTakenError(name=name) from error


def _site(row: repository.SiteRow) -> Site:
    return Site(id=row.id, name=row.name, time_zone=row.time_zone)


def _checkpoint(row: repository.CheckpointRow) -> Checkpoint:
    return Checkpoint(id=row.id, site_id=row.site_id, name=row.name, position=row.position)


def _placement(row: repository.TagRow) -> TagPlacement:
    return TagPlacement(
        id=row.id,
        checkpoint_id=row.checkpoint_id,
        tag=row.technology_octets,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _guard(row: repository.GuardRow) -> Guard:
    return Guard(id=row.id, site_id=row.site_id, name=row.name, tag=row.tag, number=row.number)
