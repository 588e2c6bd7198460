"""``sim archive`` interrupted while its workers start: no word of it, and the rest later."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from watchclock_sim.__main__ import main as sim_main

OPTIONS = ("--wands", "4", "--nights", "5", "--records", "400")
MOMENTS_S = [0.0, 0.03, 0.06, 0.1, 0.2, 0.4]
"""After the folder was made, behind which the workers are started."""
MODULE = ("watchclock_sim", "archive")
COMMAND = ("watchclock", "sim", "archive")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def interrupted(program: Sequence[str], folder: Path, moment_s: float, errors: int) -> int:
    """The exit code of a run that everybody in it is interrupted in, as a terminal does it."""
    command = [sys.executable, "-m", *program, str(folder), *OPTIONS, "--workers", "2"]
    # Started in the background this test may ignore Ctrl-C itself, which a child would inherit.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
    ) as process:
        signal.signal(signal.SIGINT, ours)
        deadline = time.monotonic() + 60
        while not (folder / "archive.json").exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(moment_s)
        os.killpg(process.pid, signal.SIGINT)
        return process.wait(60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """An archive that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "archive"
    assert sim_main(["archive", str(folder), *OPTIONS, "--workers", "1"]) == 0
    return contents(folder)


@pytest.mark.parametrize("moment_s", MOMENTS_S)
def test_ctrl_c_ends_it_without_a_traceback_and_the_next_run_makes_the_same_archive(
    tmp_path: Path, whole: dict[str, bytes], moment_s: float
) -> None:
    folder, log = tmp_path / "archive", tmp_path / "log"
    with log.open("wb") as errors:
        code = interrupted(MODULE, folder, moment_s, errors.fileno())
    assert code in {0, 130}  # a moment may come too late on a machine that is not busy
    assert "Traceback" not in log.read_text("utf-8")
    assert sim_main(["archive", str(folder), *OPTIONS, "--workers", "1"]) == 0
    assert contents(folder) == whole


@pytest.mark.pty
@pytest.mark.parametrize("moment_s", MOMENTS_S[::3])
def test_ctrl_c_ends_the_command_on_a_terminal_whose_bar_has_a_thread_of_its_own(
    tmp_path: Path, moment_s: float
) -> None:
    screen, terminal = os.openpty()
    code = interrupted(COMMAND, tmp_path / "archive", moment_s, terminal)
    os.close(terminal)
    shown = b""
    while part := _shown(screen):
        shown += part
    os.close(screen)
    assert code in {0, 130}
    assert b"Generating" in shown
    assert b"Traceback" not in shown


def _shown(screen: int) -> bytes:
    """What a terminal has been sent; nothing once everybody has left it."""
    try:
        return os.read(screen, 65_536)
    except OSError:
        return b""
