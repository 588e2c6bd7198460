"""Keeping sites: unique names, order of checkpoints, tags that move, guards."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from watchclock_protocol.tags.matching import low_bytes
from watchclock_protocol.values import TagId
from watchclock_server.database import Database
from watchclock_server.sites import service
from watchclock_server.sites.domain import Site, TagRegister
from watchclock_server.sites.service import (
    CheckpointNotFoundError,
    NameInvalidError,
    SiteEntryTakenError,
    SiteNotFoundError,
    TagConfusedError,
    ZoneUnknownError,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARD = TagId.parse("rfid:7E017F")
OTHER_CARD = TagId.parse("rfid:01")
BUTTON = TagId.parse("ibutton:018C81851800009B")
TWIN = TagId.parse("ibutton:018C818577000061")
"""Its low three serial bytes are those of ``BUTTON``."""


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as opened:
        yield opened


@pytest.fixture
def mill(session: Session) -> Site:
    return service.create_site(session, name="Mill", time_zone="Asia/Shanghai")


def test_a_site_is_found_by_its_key(session: Session, mill: Site) -> None:
    assert service.find_site(session, mill.id) == mill
    assert service.find_sites(session) == [mill]
    with pytest.raises(SiteNotFoundError):
        service.find_site(session, mill.id + 1)


def test_two_sites_cannot_share_a_name(session: Session, mill: Site) -> None:
    with pytest.raises(SiteEntryTakenError):
        service.create_site(session, name=mill.name, time_zone="Europe/Berlin")
    assert service.find_sites(session) == [mill]


@pytest.mark.parametrize("name", ["", " Mill", "Mi\nll", "x" * 101])
def test_names_nobody_can_read_are_refused(session: Session, name: str) -> None:
    with pytest.raises(NameInvalidError):
        service.create_site(session, name=name, time_zone="UTC")


@pytest.mark.parametrize("zone", ["", "Shanghai", "../etc/passwd", "+08:00"])
def test_unknown_zones_are_refused(session: Session, zone: str) -> None:
    with pytest.raises(ZoneUnknownError):
        service.create_site(session, name="Mill", time_zone=zone)


def test_checkpoints_keep_the_order_they_were_added_in(session: Session, mill: Site) -> None:
    for name in ("Gate", "Boiler", "Archive"):
        service.add_checkpoint(session, site_id=mill.id, name=name)
    found = service.checkpoints_of(session, mill.id)
    assert [(each.position, each.name) for each in found] == [
        (1, "Gate"),
        (2, "Boiler"),
        (3, "Archive"),
    ]


def test_a_checkpoint_needs_its_site_and_a_free_name(session: Session, mill: Site) -> None:
    service.add_checkpoint(session, site_id=mill.id, name="Gate")
    with pytest.raises(SiteEntryTakenError):
        service.add_checkpoint(session, site_id=mill.id, name="Gate")
    with pytest.raises(SiteNotFoundError):
        service.add_checkpoint(session, site_id=mill.id + 1, name="Gate")


def test_a_tag_that_moves_belongs_to_each_site_in_its_time(session: Session, mill: Site) -> None:
    dam = service.create_site(session, name="Dam", time_zone="Europe/Berlin")
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    sluice = service.add_checkpoint(session, site_id=dam.id, name="Sluice")
    service.assign_tag(session, checkpoint_id=gate.id, tag=CARD, valid_from=NOON)
    service.assign_tag(session, checkpoint_id=sluice.id, tag=CARD, valid_from=NOON + HOUR)
    when = [NOON - HOUR, NOON, NOON + HOUR - timedelta(seconds=1), NOON + HOUR]
    assert [service.sites_of_tags(session, [str(CARD)], at) for at in when] == [
        set(),
        {mill.id},
        {mill.id},
        {dam.id},
    ]
    assert [tag.valid_to for tag in service.load_layout(session, mill.id).tags] == [NOON + HOUR]


def test_a_layout_knows_which_checkpoint_had_a_tag_when(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    yard = service.add_checkpoint(session, site_id=mill.id, name="Yard")
    service.assign_tag(session, checkpoint_id=yard.id, tag=OTHER_CARD, valid_from=NOON)
    service.assign_tag(session, checkpoint_id=gate.id, tag=OTHER_CARD, valid_from=NOON + HOUR)
    layout = service.load_layout(session, mill.id)
    assert (layout.site, layout.checkpoints) == (mill, (gate, yard))
    when = [NOON - HOUR, NOON, NOON + HOUR]
    register = TagRegister(layout.tags)
    assert [register.owners(str(OTHER_CARD), at).checkpoint_id for at in when] == [
        None,
        yard.id,
        gate.id,
    ]
    with pytest.raises(SiteNotFoundError):
        service.load_layout(session, mill.id + 1)


def test_mounting_a_tag_where_it_is_changes_nothing(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    first = service.assign_tag(session, checkpoint_id=gate.id, tag=OTHER_CARD, valid_from=NOON)
    again = service.assign_tag(
        session, checkpoint_id=gate.id, tag=OTHER_CARD, valid_from=NOON + HOUR
    )
    assert again == first
    assert service.load_layout(session, mill.id).tags == (first,)


def test_a_tag_cannot_move_before_it_was_mounted(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    yard = service.add_checkpoint(session, site_id=mill.id, name="Yard")
    service.assign_tag(session, checkpoint_id=gate.id, tag=OTHER_CARD, valid_from=NOON)
    with pytest.raises(SiteEntryTakenError):
        service.assign_tag(session, checkpoint_id=yard.id, tag=OTHER_CARD, valid_from=NOON)


def test_a_tag_needs_its_checkpoint(session: Session, mill: Site) -> None:
    with pytest.raises(CheckpointNotFoundError):
        service.assign_tag(session, checkpoint_id=mill.id, tag=OTHER_CARD, valid_from=NOON)


def test_guards_are_known_by_tag_number_or_both(session: Session, mill: Site) -> None:
    service.add_guard(session, site_id=mill.id, name="Wu", number=0, now=NOON)
    service.add_guard(session, site_id=mill.id, name="Li", tag=BUTTON, now=NOON)
    assert [(g.name, g.tag, g.number) for g in service.guards_of(session, mill.id)] == [
        ("Li", "ibutton:018C81851800009B", None),
        ("Wu", None, 0),
    ]
    with pytest.raises(SiteEntryTakenError):
        service.add_guard(session, site_id=mill.id, name="Xu", number=0, now=NOON)
    with pytest.raises(TagConfusedError):
        service.add_guard(session, site_id=mill.id, name="Xu", tag=TWIN, now=NOON)


def test_a_tag_that_a_forgetful_wand_confuses_names_the_other_checkpoint(
    session: Session, mill: Site
) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    yard = service.add_checkpoint(session, site_id=mill.id, name="Yard")
    service.assign_tag(session, checkpoint_id=gate.id, tag=BUTTON, valid_from=NOON)
    with pytest.raises(TagConfusedError) as refusal:
        service.assign_tag(session, checkpoint_id=yard.id, tag=TWIN, valid_from=NOON)
    assert "“Gate”" in str(refusal.value)
    accepted = service.assign_tag(
        session, checkpoint_id=yard.id, tag=TWIN, valid_from=NOON, is_confusion_accepted=True
    )
    assert accepted.checkpoint_id == yard.id


def test_alike_tags_may_hang_at_one_checkpoint_at_another_site_or_after_each_other(
    session: Session, mill: Site
) -> None:
    dam = service.create_site(session, name="Dam", time_zone="Europe/Berlin")
    places = [
        service.add_checkpoint(session, site_id=site.id, name=name)
        for site, name in ((mill, "Gate"), (dam, "Sluice"), (mill, "Yard"))
    ]
    first = service.assign_tag(
        session, checkpoint_id=places[0].id, tag=BUTTON, valid_from=NOON - HOUR
    )
    assert (
        service.assign_tag(
            session, checkpoint_id=places[0].id, tag=low_bytes(BUTTON, 3), valid_from=NOON
        ).checkpoint_id
        == places[0].id
    )
    twin = service.assign_tag(session, checkpoint_id=places[1].id, tag=TWIN, valid_from=NOON)
    assert twin.tag == str(TWIN)
    moved = service.assign_tag(session, checkpoint_id=places[1].id, tag=BUTTON, valid_from=NOON)
    assert moved.tag == first.tag


def test_a_partial_tag_finds_the_whole_one_and_never_one_of_two(
    session: Session, mill: Site
) -> None:
    names = ("Gate", "Yard", "Shed")
    gate, yard, shed = (
        service.add_checkpoint(session, site_id=mill.id, name=name) for name in names
    )
    for place, tag in ((gate, BUTTON), (yard, TWIN), (shed, CARD)):
        service.assign_tag(
            session,
            checkpoint_id=place.id,
            tag=tag,
            valid_from=NOON,
            is_confusion_accepted=True,
        )
    register = TagRegister(service.load_layout(session, mill.id).tags)
    assert register.owners(str(BUTTON), NOON).checkpoint_id == gate.id
    assert register.owners(str(low_bytes(BUTTON, 4)), NOON).checkpoint_id == gate.id
    both = register.owners(str(low_bytes(BUTTON, 3)), NOON)
    assert (both.checkpoint_id, both.checkpoint_ids) == (None, (gate.id, yard.id))
    assert register.owners("rfid:017F", NOON).checkpoint_id == shed.id
    assert register.owners("", NOON).checkpoint_ids == ()
    assert register.owners(str(CARD), None).checkpoint_ids == ()


def test_a_tag_that_hangs_at_two_sites_tells_no_site(session: Session, mill: Site) -> None:
    dam = service.create_site(session, name="Dam", time_zone="Europe/Berlin")
    for site, tag in ((mill, BUTTON), (dam, TWIN), (dam, CARD)):
        place = service.add_checkpoint(session, site_id=site.id, name=str(tag))
        service.assign_tag(session, checkpoint_id=place.id, tag=tag, valid_from=NOON)
    low = str(low_bytes(BUTTON, 3))
    assert service.sites_of_tags(session, [low], NOON) == set()
    assert service.sites_of_tags(session, [low, "rfid:7E017F"], NOON) == {dam.id}
