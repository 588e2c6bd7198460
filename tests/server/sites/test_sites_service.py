"""Keeping sites: unique names, order of checkpoints, tags that move, guards."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from watchclock_protocol.values import TagId, TagTechnology
from watchclock_server.database import Database
from watchclock_server.sites import service
from watchclock_server.sites.domain import Site, normal_tag
from watchclock_server.sites.service import (
    CheckpointNotFoundError,
    NameInvalidError,
    SiteEntryTakenError,
    SiteNotFoundError,
    TagInvalidError,
    ZoneUnknownError,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
    service.assign_tag(session, checkpoint_id=gate.id, tag="rfid:7e017f", valid_from=NOON)
    service.assign_tag(session, checkpoint_id=sluice.id, tag="RFID:7E017F", valid_from=NOON + HOUR)
    when = [NOON - HOUR, NOON, NOON + HOUR - timedelta(seconds=1), NOON + HOUR]
    assert [service.site_of_tag(session, tag="rfid:7E017F", at=at) for at in when] == [
        None,
        mill.id,
        mill.id,
        dam.id,
    ]
    assert [tag.valid_to for tag in service.load_layout(session, mill.id).tags] == [NOON + HOUR]


def test_a_layout_knows_which_checkpoint_had_a_tag_when(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    yard = service.add_checkpoint(session, site_id=mill.id, name="Yard")
    service.assign_tag(session, checkpoint_id=yard.id, tag="rfid:01", valid_from=NOON)
    service.assign_tag(session, checkpoint_id=gate.id, tag="rfid:01", valid_from=NOON + HOUR)
    layout = service.load_layout(session, mill.id)
    assert (layout.site, layout.checkpoints) == (mill, (gate, yard))
    when = [NOON - HOUR, NOON, NOON + HOUR]
    assert [layout.find_checkpoint_id("rfid:01", at) for at in when] == [None, yard.id, gate.id]
    with pytest.raises(SiteNotFoundError):
        service.load_layout(session, mill.id + 1)


def test_mounting_a_tag_where_it_is_changes_nothing(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    first = service.assign_tag(session, checkpoint_id=gate.id, tag="rfid:01", valid_from=NOON)
    again = service.assign_tag(
        session, checkpoint_id=gate.id, tag="rfid:01", valid_from=NOON + HOUR
    )
    assert again == first
    assert service.load_layout(session, mill.id).tags == (first,)


def test_a_tag_cannot_move_before_it_was_mounted(session: Session, mill: Site) -> None:
    gate = service.add_checkpoint(session, site_id=mill.id, name="Gate")
    yard = service.add_checkpoint(session, site_id=mill.id, name="Yard")
    service.assign_tag(session, checkpoint_id=gate.id, tag="rfid:01", valid_from=NOON)
    with pytest.raises(SiteEntryTakenError):
        service.assign_tag(session, checkpoint_id=yard.id, tag="rfid:01", valid_from=NOON)


def test_a_tag_needs_its_checkpoint(session: Session, mill: Site) -> None:
    with pytest.raises(CheckpointNotFoundError):
        service.assign_tag(session, checkpoint_id=mill.id, tag="rfid:01", valid_from=NOON)


def test_guards_are_known_by_tag_number_or_both(session: Session, mill: Site) -> None:
    service.add_guard(session, site_id=mill.id, name="Wu", number=0)
    service.add_guard(session, site_id=mill.id, name="Li", tag="ibutton:0000112233AA")
    assert [(g.name, g.tag, g.number) for g in service.guards_of(session, mill.id)] == [
        ("Li", "ibutton:0000112233AA", None),
        ("Wu", None, 0),
    ]
    with pytest.raises(SiteEntryTakenError):
        service.add_guard(session, site_id=mill.id, name="Xu", number=0)
    with pytest.raises(TagInvalidError):
        service.add_guard(session, site_id=mill.id, name="Xu", tag="rfid:")


@given(st.sampled_from(list(TagTechnology)), st.binary(min_size=1, max_size=8))
def test_every_tag_has_one_written_form(technology: TagTechnology, octets: bytes) -> None:
    written = str(TagId(technology, octets))
    assert normal_tag(written) == normal_tag(f" {written.swapcase()} ") == written


@pytest.mark.parametrize(
    "text",
    ["", "rfid:", "7E017F", "nfc:7E017F", "rfid:7E017", "rfid:XY", "rfid:" + 33 * "AB"],
)
def test_what_is_no_tag_has_no_form(text: str) -> None:
    assert normal_tag(text) is None
