"""A scenario is loaded whole, or refused with the path of the key that is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchclock_protocol.values import TagTechnology
from watchclock_sim.errors import ScenarioError, ScenarioFileError
from watchclock_sim.scenario import Behaviour
from watchclock_sim.scenario_file import DEMO_NIGHT, load

DEMO = DEMO_NIGHT.read_text("utf-8")


def changed(folder: Path, old: str, new: str) -> Path:
    """The demo night with the first occurrence of a text replaced."""
    assert old in DEMO
    path = folder / "night.toml"
    path.write_text(DEMO.replace(old, new, 1), "utf-8")
    return path


def test_the_demo_night_has_what_a_demonstration_needs() -> None:
    demo = load(DEMO_NIGHT)
    tags = [tag for checkpoint in demo.checkpoints for tag in checkpoint.tags]
    assert {guard.behaviour for guard in demo.guards} == set(Behaviour)
    assert [wand.key for wand in demo.wands] == ["contact", "radio"]
    assert {tag.technology for tag in tags} == {TagTechnology.IBUTTON, TagTechnology.RFID}
    assert len(set(tags)) == len(tags) == 12
    assert all(len(route.legs) == 6 for route in demo.routes)
    assert demo.wands[1].clock.stops_at is not None
    assert demo.begins == datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    assert demo.ends == datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("seed = 7", 'seed = "7"', "seed"),
        ("seed = 7", "seed = true", "seed"),
        ("date = 2026-11-20", "date = 2026-11-20T22:00:00", "date"),
        ("date = 2026-11-20", "", "date"),
        ("Asia/Shanghai", "Asia/Atlantis", "site.time_zone"),
        ('name = "Harbour depot"', 'nmae = "Harbour depot"', "site.nmae"),
        ("begins = 22:00:00", "begins = 22", "shift.begins"),
        ("seed = 7", "seed = 7\nsead = 8", "sead"),
        ('ibutton = "013C2B1A00000006"', 'ibutton = "1A2B3C"', "checkpoints[0].tags.ibutton"),
        ('ibutton = "013C2B1A00000006"', 'ibutton = "same old"', "checkpoints[0].tags.ibutton"),
        ('ibutton = "013C2B1A00000006"', 'smell = "0000001A2B3C"', "checkpoints[0].tags.smell"),
        ('ibutton = "013C2B1A00000006"', 'ibutton = "013909F4000000CA"', "tags[1].value"),
        ('key = "crane"', 'key = "quay_north"', "checkpoints[2].key"),
        ("every_minutes = 80", "every_minutes = 0", "routes[0].every_minutes"),
        ("is_ordered = true", "is_ordered = 1", "routes[0].is_ordered"),
        ('checkpoint = "crane"', 'checkpoint = "moon"', "routes[0].legs[2].checkpoint"),
        ("legs = [", "legs = []\nother = [", "routes[0].legs"),
        ('behaviour = "late"', 'behaviour = "tired"', "guards[1].behaviour"),
        ("number = 2", "number = 1", "guards[1].number"),
        ('dialect = "fcard"', 'dialect = "morse"', "wands[1].dialect"),
        ('number = "7"', 'number = "256"', "wands[1].number"),
        ('number = "531932"', 'number = "53193G"', "wands[0].number"),
        ('guard = "liu"', 'guard = "nobody"', "wands[0].duties[1].guard"),
        (
            'guard = "chen", route = "quay"',
            'guard = "chen", route = "x"',
            "wands[0].duties[0].route",
        ),
        ('route = "quay", begins', 'route = "warehouses", begins', "wands[0].duties[0].route"),
        ("ends = 02:00:00", "ends = 22:00:00", "wands[1].duties[0].ends"),
        ("drift_ppm = -20", "drift_ppm = 2.5", "wands[0].clock.drift_ppm"),
        ("voltage_mv = 4100", "voltage_mv = 10000", "wands[1].battery.voltage_mv"),
        ('number = "7"', 'number = "7"\nfaults = ["magic"]', "wands[1].faults"),
        ('number = "7"', 'number = "7"\nfaults = [1]', "wands[1].faults"),
        ('number = "7"', 'number = "7"\nclocks = 1', "wands[1].clocks"),
    ],
)
def test_a_wrong_key_is_named_with_its_path(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(changed(tmp_path, old, new))
    assert caught.value.details["key"] == key
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [None, b"[site", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "night.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioFileError) as caught:
        load(path)
    assert caught.value.code == "sim.scenario_file"


def test_nights_of_23_and_25_hours_shorten_and_lengthen_the_shift(tmp_path: Path) -> None:
    berlin = load(changed(tmp_path, "Asia/Shanghai", "Europe/Berlin"))
    lengths = [
        (night.ends - night.begins).total_seconds() / 3600
        for night in (
            berlin.changed(day=datetime(2026, 3, 28, tzinfo=UTC).date()),
            berlin,
            berlin.changed(day=datetime(2026, 10, 24, tzinfo=UTC).date()),
        )
    ]
    assert lengths == [7, 8, 9]
