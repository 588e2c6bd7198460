"""Dialects are found by entry point, whoever wrote them; what cannot be used is told by name."""

from importlib.metadata import EntryPoint, entry_points

import pytest

from watchclock_protocol.dialect import Dialect
from watchclock_protocol.dialect_registry import (
    DIALECT_GROUP,
    dialects_of,
    find_dialect,
    load_dialect,
    load_dialects,
)
from watchclock_protocol.errors import (
    DialectBrokenError,
    DialectConflictError,
    DialectUnknownError,
)

WANDS = {"fcard", "kaihe_eb", "vs", "wm5000t", "xgd"}
OURS = WANDS | {"fcard_reader", "fycomm", "jwm_z", "k510", "wm_web_usb"}


def point(value: str, name: str = "fake") -> EntryPoint:
    return EntryPoint(name, value, DIALECT_GROUP)


def test_every_dialect_of_ours_is_registered_as_a_third_partys_would_be() -> None:
    assert {each.name for each in entry_points(group=DIALECT_GROUP)} >= OURS
    assert set(load_dialects()) >= OURS
    assert all(name == dialect.name for name, dialect in load_dialects().items())


def test_the_dialect_of_another_package_is_loaded_by_its_entry_point() -> None:
    found = load_dialect(point("tests.support.fake_dialect:FAKE"))
    assert isinstance(found, Dialect)
    assert found.title == "a wand of words"


def test_two_packages_with_one_dialect_are_told_by_name() -> None:
    points = [point("one:A"), point("other:B"), point("one:A", "third")]
    with pytest.raises(DialectConflictError, match="fake: one:A and other:B"):
        dialects_of(points)
    assert set(dialects_of([*points[:1], points[0], points[2]])) == {"fake", "third"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_package:FAKE", "No module named"),
        ("tests.support.fake_dialect:NOTHING", "NOTHING"),
        ("tests.support.fake_dialect:civil_time", "no Dialect"),
        ("watchclock_protocol.dialects.fcard:FCARD", "calls itself fcard"),
    ],
)
def test_a_dialect_that_cannot_be_loaded_names_its_package(value: str, reason: str) -> None:
    with pytest.raises(DialectBrokenError, match=reason) as raised:
        load_dialect(point(value))
    assert value in str(raised.value)


def test_an_unknown_dialect_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DialectUnknownError) as raised:
        find_dialect("morse")
    assert "fcard" in raised.value.advice
    assert "vs" in raised.value.advice
