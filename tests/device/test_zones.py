from datetime import datetime
from pathlib import Path

import pytest

from watchclock_device.clocks import Clocks, civil_at
from watchclock_device.errors import TimeZoneError
from watchclock_device.zones import find_host_zone_name, load_zone

NOON_NS = 1_795_262_400_000_000_000
"""2026-11-21 12:00:00 UTC."""


def test_the_zone_of_the_site_is_found_by_its_name() -> None:
    zone = load_zone("Asia/Shanghai")
    assert civil_at(NOON_NS, zone) == datetime(2026, 11, 21, 20)  # noqa: DTZ001 - civil time
    assert load_zone(None) is None


@pytest.mark.parametrize("name", ["Mars/Base", "", "../../etc/passwd", "/etc/localtime", "\0"])
def test_what_names_no_zone_is_refused(name: str) -> None:
    with pytest.raises(TimeZoneError) as refused:
        load_zone(name)
    assert refused.value.code == "device.time_zone"


@pytest.mark.parametrize(
    ("variable", "name"),
    [("Asia/Shanghai", "Asia/Shanghai"), (":Europe/Berlin", "Europe/Berlin"), ("CST-8", "")],
)
def test_the_zone_of_this_machine_comes_from_its_variable(
    variable: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", variable)
    assert find_host_zone_name() == name


def test_or_from_where_its_local_time_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    zone = tmp_path / "zoneinfo/Asia/Shanghai"
    zone.parent.mkdir(parents=True)
    zone.touch()
    local_time = tmp_path / "localtime"
    local_time.symlink_to(zone)
    assert find_host_zone_name(local_time) == "Asia/Shanghai"
    assert find_host_zone_name(tmp_path / "none") == ""


@pytest.mark.parametrize(
    ("past_ns", "waited_s"), [(0, 0.0), (1, 0.999999999), (250_000_000, 0.75), (999_999_999, 1e-9)]
)
def test_a_whole_second_is_waited_for(past_ns: int, waited_s: float) -> None:
    slept: list[float] = []
    clocks = Clocks(
        utc_ns=lambda: NOON_NS + past_ns, monotonic_s=lambda: 0.0, sleep_s=slept.append
    )
    instant = clocks.next_whole_second_ns()
    assert slept == [pytest.approx(waited_s)]
    assert instant == NOON_NS + (10**9 if past_ns else 0)
