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
    behaviours = (Behaviour.HONEST, Behaviour.LATE, Behaviour.SKIPPING, Behaviour.CHEATING)
    assert {guard.behaviour for guard in demo.guards} == set(behaviours)
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
        (
            'ibutton = "013C2B1A00000006"',
            'ibutton = "013909F4000000CA"',
            "checkpoints[1].tags.ibutton",
        ),
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
        ('number = "7"', 'number = "7"\nfaults = ["magic"]', "wands[1].faults[0]"),
        ('number = "7"', 'number = "7"\nfaults = [1]', "wands[1].faults[0]"),
        ('number = "7"', 'number = "7"\nclocks = 1', "wands[1].clocks"),
        ('name = "Crane"', 'name = "Crane"\nposition_m = [1]', "checkpoints[2].position_m"),
        ('name = "Crane"', 'name = "Crane"\nposition_m = [1, nan]', "checkpoints[2].position_m"),
        ('"crane", minutes = 4', '"crane"', "routes[0].legs[2].minutes"),
        ('"crane", minutes', '"crane", metres = 9, minutes', "routes[0].legs[2].metres"),
        ('"crane", minutes = 4', '"crane", metres = 1e6', "routes[0].legs[2].metres"),
        ('"crane", minutes = 4', '"crane", metres = 90000', "wands[0].duties[0].route"),
        ('behaviour = "late"', 'behaviour = "late"\nspeed_mps = 90', "guards[1].speed_mps"),
        ('behaviour = "late"', 'behaviour = "late"\npartner = "sun"', "guards[1].partner"),
        ('behaviour = "late"', 'behaviour = "sharing"', "guards[1].partner"),
        (
            'behaviour = "late"',
            'behaviour = "two_guards"\npartner = "sun"',
            "guards[1].partner",
        ),
        (
            'behaviour = "late"',
            'behaviour = "late"\nbreaks = [{ minutes = 0 }]',
            "guards[1].breaks[0].minutes",
        ),
        ('number = "7"', 'number = "7"\nfault = "gremlins"', "wands[1].fault"),
        ('number = "7"', 'number = "7"\nfault_at = 01:00:00', "wands[1].fault_at"),
        (
            'number = "7"',
            'number = "7"\nfaults = [{ kind = "flip_bit", byte = 1, bit = 9 }]',
            "wands[1].faults[0].bit",
        ),
        (
            'number = "7"',
            'number = "7"\nparts = [{ part = "lcd", health = "ill" }]',
            "wands[1].parts[0].health",
        ),
        (
            'number = "7"',
            'number = "7"\nmishaps = [{ kind = "knock", times = 0 }]',
            "wands[1].mishaps[0].times",
        ),
        (
            'number = "7"',
            'number = "7"\nclimate = { has_humidity_sensor = 1 }',
            "wands[1].climate.has_humidity_sensor",
        ),
    ],
)
def test_a_wrong_key_is_named_with_its_path(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(changed(tmp_path, old, new))
    assert caught.value.details["key"] == key
    assert str(caught.value).startswith(
        f"{tmp_path / 'night.toml'}:{caught.value.details['line']}: "
    )


def test_a_humidity_sensor_is_fitted_where_the_scenario_says_so(tmp_path: Path) -> None:
    fitted = 'number = "7"\nclimate = { has_humidity_sensor = true, humidity_percent = 60 }'
    wands = load(changed(tmp_path, 'number = "7"', fitted)).wands
    climates = [wand.hardware.climate for wand in wands]
    assert [climate.has_humidity_sensor for climate in climates] == [False, True]
    assert climates[1].humidity_percent == 60


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "drift_ppm = -20",
            "drift_ppm = 2.5",
            "{line}: wands[0].clock.drift_ppm: it is not a whole number.",
        ),
        (
            "drift_ppm = -20",
            "drift_pm = -20",
            "{line}: wands[0].clock.drift_pm: no such key exists, perhaps drift_ppm is meant.",
        ),
        (
            'key = "crane"',
            'kye = "crane"',
            "{line}: checkpoints[2].kye: no such key exists, perhaps key is meant.",
        ),
        (
            'behaviour = "skipping"',
            'behaviour = "skiping"',
            (
                "{line}: guards[2].behaviour: 'skiping' is not one of honest, late, skipping, "
                "lazy, cheating, tag_stealing, sharing, two_guards, throwing, "
                "perhaps skipping is meant."
            ),
        ),
        (
            'guard = "liu"',
            'guard = "lui"',
            "{line}: wands[0].duties[1].guard: no guard has the key lui, perhaps liu is meant.",
        ),
        (
            'number = "7"',
            'number = "7"; faults = ["flip_bit:byte=3",  # a comment;   "filp_bit:byte=4"]',
            (
                "{line+2}: wands[1].faults[1]: the kinds are flip_bit, flip_bits, noise, "
                "lose_frame, lose_byte, lose_bytes, cut_frame, repeat_frame, repeat_byte, "
                "lose_record, silence, slow, jitter, stall, unplug, hub_reset, lines_fall, ring, "
                "overrun, wrong_baud, perhaps flip_bit is meant."
            ),
        ),
    ],
)
def test_a_message_points_at_the_line_and_names_the_word_that_was_meant(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    line = DEMO[: DEMO.index(old)].count("\n") + 1
    path = changed(tmp_path, old, new.replace("; ", "\n"))
    expected = sentence.replace("{line+2}", str(line + 2)).replace("{line}", str(line))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert str(caught.value) == f"{path}:{expected}"


def test_a_fault_of_the_link_is_the_same_as_text_and_as_table(tmp_path: Path) -> None:
    text = 'faults = ["flip_bit:byte=3,bit=5", "jitter:most_ms=20"]'
    tables = (
        'faults = [{ kind = "flip_bit", byte = 3, bit = 5 }, { kind = "jitter", most_ms = 20 }]'
    )
    faults = [
        load(changed(tmp_path, 'number = "7"', f'number = "7"\n{written}')).wands[1].faults
        for written in (text, tables)
    ]
    assert faults[0] == faults[1] == ("flip_bit:byte=3,bit=5", "jitter:most_ms=20")


@pytest.mark.parametrize("content", [None, b"[site", b"\xff\xfe", b"a = " + b"[" * 100_000])
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
