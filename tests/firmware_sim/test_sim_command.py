"""``watchclock sim`` starts the same wands as ``python -m watchclock_sim``."""

import json
import os
import signal
import subprocess
import sys

import pytest

from watchclock.command import main


def test_the_verb_serves_a_wand_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "watchclock", "sim", "wm5000t", "--tcp", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
    assert ready["identity"] == "wm5000t:531932"
    assert ready["address"].startswith("tcp:127.0.0.1:")


def test_the_verb_refuses_what_cannot_be_with_a_code_and_exit_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sim", "fcard", "--tcp", "0", "--fault", "magic"]) == 2
    assert "[sim.fault]" in capsys.readouterr().err
