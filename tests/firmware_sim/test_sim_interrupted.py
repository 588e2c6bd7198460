"""How the simulator ends before its end: Ctrl-C, SIGTERM, a package missing: one sentence each."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from watchclock_sim.__main__ import main as sim_main

SLOW = ("--dialects", "kaihe_eb", "--wands", "4", "--nights", "100", "--records", "400000")
OPTIONS = (*SLOW, "--workers", "2")
SOON_S = 15.0
"""Less than one of the wands needs, also on a machine with much to do."""
PROGRAMS = {
    "command.interrupted": ("watchclock", "sim", "archive"),
    "sim.interrupted": ("watchclock_sim", "archive"),
}


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *words, str(folder), *OPTIONS]
    environment = {**os.environ, "WATCHCLOCK_LANGUAGE": "en"}
    # Started in the background this test may ignore Ctrl-C itself, which a child would inherit.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, env=environment
    )
    signal.signal(signal.SIGINT, ours)
    return program


def wait_until_begun(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not (folder / "archive.json").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("code", PROGRAMS)
@pytest.mark.parametrize("after_s", [0.2, 2.0])
def test_an_archive_that_is_interrupted_says_so_in_one_sentence_and_ends_with_130(
    tmp_path: Path, code: str, number: signal.Signals, after_s: float
) -> None:
    folder = tmp_path / "archive"
    with begun(folder, *PROGRAMS[code]) as program:
        wait_until_begun(folder)
        time.sleep(after_s)  # its workers are being started, or at work
        os.killpg(program.pid, number) if number == signal.SIGINT else program.terminate()
        interrupted = time.monotonic()
        _, said = program.communicate(timeout=60)
    assert time.monotonic() - interrupted < SOON_S
    assert program.returncode == 130
    lines = [line for line in said.splitlines() if " of 4 wands, " not in line]
    assert lines == [
        f"This was interrupted before its end. [{code}]",
        "Run it again; what was stored so far is kept.",
    ]


def test_a_package_that_is_missing_is_named_and_how_to_install_it() -> None:
    without = "import sys; sys.modules['tree_sitter_toml'] = None; "
    program = f"{without}from watchclock_sim.__main__ import main; sys.exit(main(['fcard']))"
    told = subprocess.run(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False
    )
    assert told.returncode == 2
    missing, next_step = told.stderr.splitlines()
    assert missing.endswith("package tree_sitter_toml, which is not installed. [sim.missing_part]")
    assert next_step == "Install it with: pip install 'watchclock[sim]'."


def test_a_next_step_with_words_of_its_own_has_them_filled_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim_main(["morse", "--tcp", "0"]) == 2
    assert "Choose one of: fcard, fcard_reader, kaihe_eb" in capsys.readouterr().err
