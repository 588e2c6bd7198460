import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.spools import (
    ABOUT,
    NOW_NS,
    VIRTUAL_CLOCKS,
    closed_capture,
    everything_in,
    fill,
)
from watchclock_device.errors import (
    CaptureTooLargeError,
    DiskFullError,
    SpoolError,
    VerificationError,
)
from watchclock_device.open_capture import LARGEST_CAPTURE_BYTES
from watchclock_device.spool import Spool
from watchclock_protocol.capture import Lane, Step, StepName, StepState, capture_name, read_capture

SERVER_TAKES_BYTES = 64 * 2**20


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", VIRTUAL_CLOCKS)


def abandon(spool: Spool) -> Path:
    """An open capture whose process is gone: nobody holds its lock."""
    with spool.begin(ABOUT) as capture:
        fill(capture)
        return capture.path


def test_a_finished_capture_bears_the_sha_256_of_its_content(spool: Spool) -> None:
    path = closed_capture(spool)
    data = path.read_bytes()
    assert path == spool.folder / "closed" / f"{capture_name(data)}.pcapng"
    assert read_capture(data).is_closed
    assert spool.waiting() == [path]


def test_an_open_capture_holds_every_chunk_at_once(spool: Spool) -> None:
    with spool.begin(ABOUT) as capture:
        capture.chunk(Lane.TO_WAND, b"\x55", NOW_NS)
        stored = read_capture(capture.path.read_bytes())
    assert [block.data for block in stored.blocks if not isinstance(block, Step)] == [b"\x55"]


def test_a_capture_in_use_is_not_recovered(spool: Spool) -> None:
    with spool.begin(ABOUT) as capture:
        fill(capture)
        assert spool.recover() == []
        assert capture.path.exists()


def test_an_abandoned_capture_is_closed_and_waits_for_the_server(spool: Spool) -> None:
    before = abandon(spool).read_bytes()
    (path,) = spool.recover()
    after = path.read_bytes()
    capture = read_capture(after)
    assert after.startswith(before)
    assert [(step.name, step.facts) for step in capture.blocks[-2:] if isinstance(step, Step)] == [
        (StepName.RECOVER, {"torn_bytes": 0}),
        (StepName.CLOSE, {"outcome": "recovered"}),
    ]
    assert spool.waiting() == [path]


def test_a_capture_in_which_no_wand_told_its_number_is_set_aside(spool: Spool) -> None:
    with spool.begin(ABOUT) as capture:
        capture.step(StepName.IDENTIFY, StepState.FAILED)
        capture.step(StepName.CLOSE, StepState.DONE)
        path = spool.finish(capture)
    assert path.parent == spool.folder / "aside"
    assert spool.waiting() == []


@given(cut=st.integers(min_value=0))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_capture_torn_at_any_byte_keeps_every_byte(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"), VIRTUAL_CLOCKS)
    path = abandon(spool)
    data = path.read_bytes()[: cut % path.stat().st_size]
    path.write_bytes(data)
    (recovered,) = spool.recover()
    stored = everything_in(spool.folder)
    torn = stored.get(f"aside/{path.name}.torn", b"")
    assert recovered.read_bytes().startswith(data[: len(data) - len(torn)])
    assert data.endswith(torn)
    assert not any(name.startswith("open/") for name in stored)
    assert spool.recover() == []


def test_a_damaged_abandoned_capture_is_set_aside_untouched(spool: Spool) -> None:
    path = abandon(spool)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (aside,) = spool.recover()
    assert (aside.parent.name, aside.read_bytes()) == ("aside", bytes(data))


def test_a_process_killed_before_moving_its_closed_capture_loses_nothing(spool: Spool) -> None:
    with spool.begin(ABOUT) as capture:
        fill(capture)
        capture.step(StepName.CLOSE, StepState.DONE)
        data = capture.path.read_bytes()
    (path,) = spool.recover()
    assert path.read_bytes() == data


def test_a_process_killed_while_it_writes_leaves_a_capture_that_recovers(spool: Spool) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.support.spools import ABOUT, VIRTUAL_CLOCKS, fill\n"
        "from watchclock_device.spool import Spool\n"
        "with Spool(Path(sys.argv[1]), VIRTUAL_CLOCKS).begin(ABOUT) as capture:\n"
        "    fill(capture)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child = subprocess.run([sys.executable, "-c", script, str(spool.folder)], check=False)
    (path,) = spool.recover()
    assert child.returncode == -signal.SIGKILL
    assert read_capture(path.read_bytes()).is_closed


def test_a_disk_that_gives_back_other_bytes_is_noticed(spool: Spool) -> None:
    with spool.begin(ABOUT) as capture:
        fill(capture)
        data = bytearray(capture.path.read_bytes())
        data[-9] ^= 1
        capture.path.write_bytes(data)
        with pytest.raises(VerificationError, match="other bytes"):
            capture.read_again()


def test_no_room_for_a_full_wand_is_told_before_anything_begins(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_path: Path) -> os.statvfs_result:
        return os.statvfs_result((4096, 4096, 9000, 9000, 100, 9, 9, 9, 0, 255))

    monkeypatch.setattr(os, "statvfs", nearly_full)
    with pytest.raises(DiskFullError) as full, spool.begin(ABOUT):
        pass
    assert full.value.code == "device.disk_full"
    assert everything_in(spool.folder) == {}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SpoolError) as refused:
        Spool(tmp_path / "file" / "spool", VIRTUAL_CLOCKS)
    assert refused.value.code == "device.spool"
    assert str(tmp_path / "file") in str(refused.value)


def test_two_recoveries_at_once_finish_a_capture_once(spool: Spool) -> None:
    path = abandon(spool)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert spool.recover() == []
    assert len(spool.recover()) == 1


def test_a_flood_ends_in_an_error_and_a_capture_that_is_still_closed(tmp_path: Path) -> None:
    spool = Spool(tmp_path, VIRTUAL_CLOCKS)
    with spool.begin(ABOUT) as capture:
        capture.step(StepName.IDENTIFY, StepState.DONE, {"wand": "wm5000t:531932"})
        for _ in range(LARGEST_CAPTURE_BYTES // 2**20 - 1):
            capture.chunk(Lane.FROM_WAND, bytes(2**20), NOW_NS)
        with pytest.raises(CaptureTooLargeError):
            capture.chunk(Lane.FROM_WAND, bytes(2**20), NOW_NS)
        capture.step(StepName.CLOSE, StepState.DONE)
        path = spool.finish(capture)
    assert path.stat().st_size < SERVER_TAKES_BYTES
    assert read_capture(path.read_bytes()).is_closed
