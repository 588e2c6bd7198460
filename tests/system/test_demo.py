"""The main job works end to end, as ``watchclock demo --once`` does it for a newcomer."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.pty


@pytest.fixture(scope="module")
def said() -> str:
    """What the demo printed; it must end by itself with exit code 0."""
    environment = {**os.environ, "WATCHCLOCK_LANGUAGE": "en", "COLUMNS": "140"}
    done = subprocess.run(
        [sys.executable, "-m", "watchclock", "demo", "--once"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_both_wands_are_downloaded_acknowledged_and_uploaded_whole(said: str) -> None:
    uploads = re.findall(r"The server has wand (\S+): (\d+) new records, 0 known before", said)
    assert {wand for wand, _ in uploads} == {"fcard:7", "wm5000t:531932"}
    assert all(int(count) > 0 for _, count in uploads)
    assert said.count("yes, and the clock was set") == 2


def test_the_night_shows_visits_on_time_late_missed_and_undecided(said: str) -> None:
    counts = dict(re.findall(r"(on time|late|missed|not downloaded yet|undetermined) (\d+)", said))
    assert all(int(counts[word]) > 0 for word in ("on time", "late", "missed", "undetermined"))
    assert counts["not downloaded yet"] == "0"


def test_a_case_is_open_for_the_wand_whose_clock_stopped(said: str) -> None:
    cases = re.findall(r"Case \d+ for wand (\S+): (\S+) \(.+\), opened by the server", said)
    assert cases == [("fcard:7", "F-XTAL")]
    assert "SAMET" in said


def test_the_page_and_the_way_in_are_named(said: str) -> None:
    assert re.search(r"http://127\.0\.0\.1:\d+/sites/1/nights/\d{4}-\d\d-\d\d", said)
    assert "Sign in as supervisor with the password" in said
