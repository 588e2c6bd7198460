"""docs/capture.md tells the truth: its example is what we write, its commands work."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import by_hand_pcapng as by_hand
from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    Lane,
    StepName,
    StepState,
    capture_name,
    read_capture,
)
from watchclock_protocol.capture.lanes import LANES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "capture.md").read_text("utf-8")
DUMP = re.findall(r"^    ([0-9a-f]{4})  ((?:[0-9a-f]{2} ?){1,16})(?:  |$)", PAGE, re.MULTILINE)
EXAMPLE = b"".join(bytes.fromhex(octets) for _, octets in DUMP)
COMMANDS = re.findall(r"^    ((?:tshark|capinfos) .*)$", PAGE, re.MULTILINE)
STARTED_UTC_NS = 1_795_249_800_000_000_000


def test_the_offsets_of_the_example_are_right() -> None:
    offset = 0
    for told, octets in DUMP:
        assert int(told, 16) == offset
        offset += len(bytes.fromhex(octets))
    assert offset == 736


def test_the_example_is_what_the_writer_writes() -> None:
    about = CaptureAbout(
        dialect="wm5000t",
        address="tcp:dock:9000",
        software="watchclock",
        time_zone="UTC",
        started_utc_ns=STARTED_UTC_NS,
    )
    writer = CaptureWriter(about)
    written = writer.begin() + writer.chunk(Lane.TO_WAND, b"\xe5", STARTED_UTC_NS + 1)
    written += writer.step(StepName.CLOSE, StepState.DONE, STARTED_UTC_NS + 2)
    assert written == EXAMPLE
    assert read_capture(EXAMPLE).is_closed
    assert f"`{capture_name(EXAMPLE)}`" in PAGE


def test_the_example_is_what_the_page_says_by_hand() -> None:
    comment = (
        b'{"address":"tcp:dock:9000","dialect":"wm5000t","format":"watchclock capture 1",'
        b'"software":"watchclock","started_utc_ns":1795249800000000000,"time_zone":"UTC"}'
    )
    data = by_hand.head(b"watchclock", comment)
    data += by_hand.packet(1, b"\xe5", STARTED_UTC_NS + 1)
    data += by_hand.step_packet(data, "close", "done", STARTED_UTC_NS + 2, b"Step close done")
    assert data == EXAMPLE


def test_every_name_stands_on_the_page() -> None:
    names = {*StepName, *StepState, *(traits.name for traits in LANES.values())}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


@pytest.mark.tshark
@pytest.mark.parametrize(
    ("command", "expected"),
    list(
        zip(
            COMMANDS,
            (r"\.000000001\tto_wand\t\te5\n", r"\A\Z", "/name:close,", "SHA256: +841855db8f44"),
            strict=True,
        )
    ),
)
def test_every_command_on_the_page_works(command: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "example.pcapng"
    path.write_bytes(EXAMPLE)
    words = [str(path) if word == "FILE" else word for word in shlex.split(command)]
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    assert re.search(expected, done.stdout)
