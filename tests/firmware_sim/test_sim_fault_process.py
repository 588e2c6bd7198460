"""Faults and nights as a person gives them to the command, met by a host in another process."""

import json
from pathlib import Path

import pytest
import serial

from tests.support.docks import decoded_in, download_from
from tests.support.wands import running_wand
from watchclock_protocol.records import PatrolRecord
from watchclock_sim.scenario_file import SCENARIOS

pytestmark = pytest.mark.pty
EXCHANGES = json.loads(
    (Path(__file__).parents[1] / "golden/fcard/host_recording.json").read_text("utf-8")
)["exchanges"]
READ_NUMBER = bytes.fromhex(EXCHANGES[0]["host"])
NUMBER = bytes.fromhex(EXCHANGES[0]["wand"][0])
A_MOMENT_S = 0.5


def test_a_wand_that_speaks_another_baud_is_garbage_until_the_host_sets_it() -> None:
    fault = ["--fault", "wrong_baud:baud=9600"]
    with running_wand("fcard", "--pty", "--number", "7", *fault) as wand:
        with serial.Serial(str(wand.path), 115_200, timeout=A_MOMENT_S, exclusive=True) as port:
            port.write(READ_NUMBER)
            assert port.read(len(NUMBER)) != NUMBER
        with serial.Serial(str(wand.path), 9600, timeout=10, exclusive=True) as port:
            port.reset_input_buffer()
            port.write(bytes(40) + READ_NUMBER)
            assert NUMBER in port.read(len(NUMBER))


@pytest.mark.parametrize(
    "fault",
    [
        "lose_bytes:per_million=2000",
        "repeat_byte:byte=900,times=3",
        "repeat_frame:frame=6",
        "lose_byte:byte=1500,bytes=20",
        "jitter:most_ms=20",
        "stall:byte=2000,for_ms=400",
    ],
)
def test_a_download_over_a_bad_link_loses_nothing(fault: str, tmp_path: Path) -> None:
    records = ["--records", "120", "--number", "5B00000000001234", "--fault", fault]
    with running_wand("vs", "--pty", *records) as wand:
        result = download_from(wand.address, tmp_path, dialect="vs")
    (decoded,) = decoded_in(tmp_path)
    patrols = [each for each in decoded.records if isinstance(each.record, PatrolRecord)]
    assert len(patrols) == 120
    assert len(decoded.records) == result.announced


def test_a_night_of_cheats_is_downloaded_as_its_truth_says(tmp_path: Path) -> None:
    truth_file, spool = tmp_path / "truth.json", tmp_path / "spool"
    night = ["--scenario", str(SCENARIOS / "cheats_night.toml"), "--truth", str(truth_file)]
    with running_wand("vs", "--pty", *night, "--wand", "srokas_wand") as wand:
        download_from(wand.address, spool)
    (decoded,) = decoded_in(spool)
    truth = json.loads(truth_file.read_text("utf-8"))
    kept = [row["tag"] for row in truth["touches"] if row["is_kept"]]
    records = [each.record for each in decoded.records]
    assert [str(each.tag) for each in records if isinstance(each, PatrolRecord)] == kept
    assert {label["kind"] for label in truth["labels"]} == {"tag_stealing", "F-TAG"}
