"""SIGKILL of the real command right after any journal step costs no record and doubles none."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.docks import exit_of_child, natural_keys
from tests.support.server_app import stored_raws
from tests.support.wands import running_wand
from watchclock.command import main
from watchclock_device.open_capture import OpenCapture
from watchclock_protocol.capture import JsonValue, StepName, StepState

pytestmark = pytest.mark.pty
RECORDS = 5
NAMES = [name for name in StepName if name is not StepName.RECOVER]
STATES = (StepState.BEGUN, StepState.DONE)
NOT_OFFERED: dict[str, list[StepName]] = {
    "fcard": [],
    "wm5000t": [StepName.CLOCK_CHECK, StepName.SET_CLOCK],
    "xgd": [],
}
KILLS = [
    (dialect, name, state)
    for dialect, without in NOT_OFFERED.items()
    for name in NAMES
    for state in ((StepState.NOT_OFFERED,) if name in without else STATES)
]
PERILOUS = [kill for kill in KILLS if NAMES.index(kill[1]) >= NAMES.index(StepName.ACKNOWLEDGE)]
HARMLESS = [kill for kill in KILLS if kill not in PERILOUS]


def download(address: str, dialect: str, folder: Path) -> int:
    """Exit code of the command."""
    arguments = ["--dialect", dialect, "--spool", str(folder), "--json", "--no-upload"]
    return main(["download", address, *arguments])


def download_until_killed(
    address: str, dialect: str, folder: Path, name: StepName, state: StepState
) -> int:
    """Exit code of the command in a process that dies right after that step was journaled."""
    journal = OpenCapture.step

    def step(
        capture: OpenCapture,
        now_name: StepName,
        now_state: StepState,
        facts: Mapping[str, JsonValue] | None = None,
    ) -> None:
        journal(capture, now_name, now_state, facts)
        if (now_name, now_state) == (name, state):
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenCapture, "step", step)
        return exit_of_child(lambda: download(address, dialect, folder))


def check_every_record_is_on_the_server_once(spool: Path, folder: Path) -> None:
    read = sorted(key[3] for key in natural_keys(spool))
    assert (len(read), stored_raws(spool, folder)) == (RECORDS, read)


@pytest.mark.parametrize("dialect", NOT_OFFERED)
def test_a_download_killed_over_and_over_before_it_acknowledges(
    dialect: str, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with running_wand(dialect, "--pty", "--records", str(RECORDS)) as wand:
        for _, name, state in [kill for kill in HARMLESS if kill[0] == dialect]:
            code = download_until_killed(wand.address, dialect, spool, name, state)
            assert code == -signal.SIGKILL
        assert exit_of_child(lambda: download(wand.address, dialect, spool)) == 0
    check_every_record_is_on_the_server_once(spool, tmp_path / "server")


@pytest.mark.parametrize(("dialect", "name", "state"), PERILOUS)
def test_a_download_killed_once_it_may_have_acknowledged(
    dialect: str, name: StepName, state: StepState, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with running_wand(dialect, "--pty", "--records", str(RECORDS)) as wand:
        code = download_until_killed(wand.address, dialect, spool, name, state)
        assert code == -signal.SIGKILL
        assert exit_of_child(lambda: download(wand.address, dialect, spool)) == 0
    check_every_record_is_on_the_server_once(spool, tmp_path / "server")
