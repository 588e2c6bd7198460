"""A read identity finds the one enrolled tag it can be, by what both know, or nobody; no guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_tags import partial_tags, roms, tags
from watchclock_protocol.tags.errors import TagsAlikeError, TagUnknownError
from watchclock_protocol.tags.matching import (
    TagIndex,
    are_confused,
    collisions,
    low_bytes,
    matches,
)
from watchclock_protocol.values import TagId, TagTechnology

GATE = TagId.parse("ibutton:018C81851800009B")
TWIN = TagId.parse("ibutton:018C818577000061")
QUAY = TagId.parse("ibutton:01C68011010000C7")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("ibutton:85818C", "ibutton:018C81851800009B", True),
        ("ibutton:1885818C", "ibutton:018C81851800009B", True),
        ("ibutton:7785818C", "ibutton:018C81851800009B", False),
        ("ibutton:85818C", "ibutton:00001885818C", True),
        ("ibutton:018C81851800009B", "ibutton:048C818518000000", False),
        ("rfid:6F6C3A", "em4100:01026F6C3A", True),
        ("rfid:6F6C3B", "em4100:01026F6C3A", False),
        ("rfid:0000026F6C3A", "em4100:01026F6C3A", True),
        ("rfid:0000036F6C3A", "em4100:01026F6C3A", False),
        ("rfid:006C3A", "em4100:0102006C3A", True),
        ("rfid:006C3A", "em4100:01026F6C3A", False),
        ("rfid:52C5", "iso14443a:90D752C5", True),
        ("rfid:C552D790", "iso14443a:90D752C5", True),
        ("rfid:0780", "iso14443a:04D9650A325E80", False),
        ("rfid:760643", "wiegand26:760643", True),
        ("em4100:0A00760643", "wiegand26:760643", True),
        ("wiegand26:760643", "iso14443a:11760643", False),
        ("rfid:85818C", "ibutton:018C81851800009B", False),
        ("cyfral:1234", "metakom:12341234", False),
        ("iso14443a:90D752C5", "iso14443a:04D965900A52C5", False),
    ],
)
def test_identities_are_compared_by_what_both_know(one: str, other: str, *, alike: bool) -> None:
    assert matches(TagId.parse(one), TagId.parse(other)) == alike
    assert matches(TagId.parse(other), TagId.parse(one)) == alike


def test_the_one_enrolled_tag_is_found_and_a_stranger_is_nobody() -> None:
    index = TagIndex([(GATE, "gate"), (QUAY, "quay")])
    assert index.find(low_bytes(GATE, 3)) == "gate"
    assert index.find(low_bytes(QUAY, 3)) == "quay"
    assert index.find(TagId.parse("ibutton:000001")) is None
    with pytest.raises(TagUnknownError):
        index.require(TagId.parse("ibutton:000001"))


def test_two_tags_that_the_wand_cannot_tell_apart_are_never_guessed() -> None:
    index = TagIndex([(GATE, "gate"), (TWIN, "shed")])
    assert index.find(GATE) == "gate"
    assert index.find(TWIN) == "shed"
    assert index.find(low_bytes(GATE, 4)) == "gate"
    with pytest.raises(TagsAlikeError) as refusal:
        index.find(low_bytes(GATE, 3))
    assert str(GATE) in str(refusal.value)
    assert str(TWIN) in str(refusal.value)


def test_a_whole_identity_is_itself_even_beside_a_partial_one_that_fits() -> None:
    index = TagIndex([(low_bytes(GATE, 3), "old"), (GATE, "gate")])
    assert index.find(GATE) == "gate"
    with pytest.raises(TagsAlikeError):
        index.find(low_bytes(GATE, 3))


def test_the_last_place_of_one_tag_is_its_place() -> None:
    assert TagIndex([(GATE, "gate"), (GATE, "quay")]).find(GATE) == "quay"


def test_collisions_name_every_pair_that_a_wand_confuses() -> None:
    tags = [GATE, TWIN, QUAY]
    assert collisions(tags, kept=3) == [(GATE, TWIN)]
    assert collisions(tags, kept=4) == []
    assert collisions([GATE, GATE], kept=3) == []
    low = low_bytes(GATE, 3)
    assert collisions([low, QUAY, GATE], kept=6) == [(GATE, low)]


def test_a_radio_wand_that_keeps_no_kind_confuses_kinds() -> None:
    card, uid = TagId.parse("em4100:0011223344"), TagId.parse("iso14443a:44332199")
    assert collisions([card, uid], kept=3) == []
    assert collisions([card, TagId.parse("iso14443a:44332200")], kept=3) != []
    assert not are_confused(card, TagId.parse("ibutton:223344"), kept=3)


def known_ends(tag: TagId) -> set[bytes]:
    """By hand: the number most significant first, in both orders where readers print both."""
    octets = tag.octets
    if tag.technology is TagTechnology.IBUTTON and len(octets) == 8:
        octets = bytes(reversed(octets[1:7]))
    both = tag.technology is TagTechnology.ISO14443A and tag.is_whole
    return {octets, octets[::-1]} if both else {octets}


@given(st.lists(tags(), max_size=12), tags())
def test_no_tag_is_ever_found_whose_known_bytes_differ(enrolled: list[TagId], read: TagId) -> None:
    index = TagIndex((tag, tag) for tag in enrolled)
    for tag, _ in index.candidates(read):
        assert any(
            one.endswith(other) or other.endswith(one)
            for one in known_ends(tag)
            for other in known_ends(read)
        )
    try:
        found = index.find(read)
    except TagsAlikeError:
        assert sum(matches(tag, read) for tag in set(enrolled)) > 1
    else:
        assert (found is None) == (not any(matches(tag, read) for tag in enrolled))


@given(roms(), st.integers(1, 6))
def test_what_a_wand_keeps_of_a_button_always_finds_it(tag: TagId, kept: int) -> None:
    assert matches(low_bytes(tag, kept), tag)
    assert TagIndex([(tag, 1)]).find(low_bytes(tag, kept)) == 1


@given(partial_tags() | roms(), partial_tags() | roms())
def test_matching_does_not_depend_on_which_side_was_read(one: TagId, other: TagId) -> None:
    assert matches(one, other) == matches(other, one)
    assert matches(one, one)
