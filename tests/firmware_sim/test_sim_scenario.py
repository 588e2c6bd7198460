"""A scenario is loaded whole, or refused with the path of the key that is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from watchclock_protocol.values import TagTechnology
from watchclock_sim.errors import ScenarioError, ScenarioFileError
from watchclock_sim.scenario import Behaviour, Shift
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
        ("[site]", "[place]", "site"),
        ("[site]", "[sitee]", "sitee"),
        (
            'number = "7"',
            'number = "7"\nclimate = { coldest_c = 40 }',
            "wands[1].climate.coldest_c",
        ),
        (
            'number = "7"',
            'number = "7"\nclimate = { warmest_c = -9 }',
            "wands[1].climate.warmest_c",
        ),
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
            'number = "7"\nmishaps = [{ kind = "knock", strength_mg = 9000 }]',
            "wands[1].mishaps[0].at",
        ),
        (
            'number = "7"',
            'number = "7"\nmishaps = [{ kind = "knock", at = 01:00:00 }]',
            "wands[1].mishaps[0].strength_mg",
        ),
        (
            'number = "7"',
            'number = "7"\nmishaps = [{ kind = "reset", at = 01:00:00, octets = 3 }]',
            "wands[1].mishaps[0].octets",
        ),
        ("drift_ppm = -20", "restarts_on = 1999-12-31", "wands[0].clock.restarts_on"),
        (
            "drift_ppm = -20",
            'chip = "pcf8563", hour_reading = "unmasked"',
            "wands[0].clock.hour_reading",
        ),
        ("voltage_mv = 4100", "charge_percent = 9", "wands[1].battery.charge_percent"),
        (
            "battery = { voltage_mv = 4100",
            'battery = { chemistry = "alkaline", voltage_mv = 4100',
            "wands[1].battery.voltage_mv",
        ),
        (
            'number = "7"',
            """number = "7"
parts = [{ part = "lcd", health = "dead", begins = 05:00:00, ends = 23:00:00 }]""",
            "wands[1].parts[0].ends",
        ),
        ("begins = 22:00:00", "begins = 22:00:00.5", "shift.begins"),
        ("round_minutes = 40", "round_minutes = 28", "routes[0].round_minutes"),
        (
            'guard = "liu", route = "quay", begins = 01:00:00',
            'guard = "liu", route = "quay", begins = 00:59:59',
            "wands[0].duties[1].begins",
        ),
        (
            'guard = "sun", route = "warehouses", begins',
            'guard = "liu", route = "warehouses", begins',
            "wands[1].duties[1].begins",
        ),
        ('name = "Crane"', 'name = "Crane"\n"odd key" = 1', 'checkpoints[2]."odd key"'),
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


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_from_another_system_is_read_and_its_lines_are_found(
    tmp_path: Path, mark: bytes, ending: str
) -> None:
    path = tmp_path / "night.toml"
    path.write_bytes(mark + DEMO.replace("\n", ending).encode())
    assert load(path) == load(DEMO_NIGHT)
    wrong = DEMO.replace("drift_ppm = -20", "drift_ppm = nan")
    path.write_bytes(mark + wrong.replace("\n", ending).encode())
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.details["line"] == DEMO[: DEMO.index("drift_ppm")].count("\n") + 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (DEMO.encode("gbk"), "line 9 is not in UTF-8"),
        (DEMO.encode("utf-16"), "line 1 is not in UTF-8"),
        (b"# a night\nseed = " + b"9" * 5000, "the number in line 2 has too many digits"),
        (b"seed = 1\nlist = " + b"[" * 100_000, "its lists or tables are nested too deeply"),
        (b"seed = 1\nseed = 2", "it is no TOML: Cannot overwrite a value (at end of document)"),
        (b"date = 2026-02-30\n", "it is no TOML: Invalid date or datetime (at line 1, column 8)"),
    ],
    ids=["gbk", "utf-16", "digits", "deep", "twice", "no day"],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "night.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioFileError) as caught:
        load(path)
    assert str(caught.value) == f"The scenario {path} cannot be read: {reason}."


@pytest.mark.parametrize("behaviour", ["skipping", "lazy", "cheating", "tag_stealing"])
def test_who_leaves_out_or_moves_checkpoints_needs_more_than_one(
    tmp_path: Path, behaviour: str
) -> None:
    begin, end = DEMO.index("legs = ["), DEMO.index("]", DEMO.index("legs = [")) + 1
    one_leg = 'legs = [{ checkpoint = "east_gate", minutes = 1 }]'
    text = DEMO[:begin] + one_leg + DEMO[end:]
    path = tmp_path / "night.toml"
    path.write_text(text.replace('"honest"', f'"{behaviour}"'), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.details["key"] == "wands[0].duties[0].route"
    assert str(caught.value).endswith(f"{behaviour} needs a route of two checkpoints at least.")


@pytest.mark.parametrize("content", [None, b"[site", b"\xff\xfe", b"a = " + b"[" * 100_000])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "night.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioFileError) as caught:
        load(path)
    assert caught.value.code == "sim.scenario_file"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 9),
        ("Europe/Berlin", "2026-10-24", 11),
        ("Australia/Lord_Howe", "2026-10-03", 9.5),
        ("Australia/Lord_Howe", "2026-04-04", 10.5),
        ("America/St_Johns", "2026-03-07", 9),
        ("Antarctica/Troll", "2026-03-28", 8),
        ("America/Santiago", "2026-09-05", 9),
        ("Africa/Cairo", "2026-04-23", 9),
        ("Asia/Kathmandu", "2026-03-28", 10),
        ("Asia/Shanghai", "2026-03-28", 10),
        ("Pacific/Apia", "2011-12-29", 4),
        ("Pacific/Apia", "2011-12-30", 6),
    ],
)
def test_civil_times_of_a_night_are_in_order_in_every_zone_and_end_as_late_as_it_lasts(
    zone: str, day: str, hours: float
) -> None:
    demo = load(DEMO_NIGHT)
    night = replace(
        demo.changed(day=datetime.fromisoformat(day).date()),
        site=replace(demo.site, time_zone=zone),
        shift=Shift(begins=time(20), ends=time(6)),
    )
    moments = [time((20 + quarter // 4) % 24, 15 * (quarter % 4)) for quarter in range(40)]
    instants = [night.instant(moment) for moment in moments]
    assert instants == sorted(instants)
    assert (night.ends - night.begins).total_seconds() == hours * 3600
    for moment, instant in zip(moments, instants, strict=True):
        civil = datetime.combine(night.date + timedelta(days=moment < night.shift.begins), moment)
        before, shown = (
            at.astimezone(night.zone).replace(tzinfo=None)
            for at in (instant - timedelta(seconds=1), instant)
        )
        # A time that never comes is the moment at which civil time jumps over it.
        assert shown == civil or before < civil < shown


def test_a_duty_that_begins_in_the_hour_that_never_comes_begins_when_the_clocks_jump() -> None:
    demo = load(DEMO_NIGHT)
    site = replace(demo.site, time_zone="Europe/Berlin")
    night = replace(demo.changed(day=datetime(2026, 3, 28, tzinfo=UTC).date()), site=site)
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert [night.instant(time(2, minute)) for minute in (0, 30, 59)] == [jump] * 3
    assert night.instant(time(3)) == jump


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
