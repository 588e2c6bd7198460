"""``watchclock sim``: one simulated wand on a pty, a TCP port or USB, until Ctrl-C."""

from typing import Final

import typer

from watchclock.language import translate as _
from watchclock.settings_command import settings_command
from watchclock.sim_log import log_in_users_language
from watchclock_sim.program import run
from watchclock_sim.settings import ARGUMENTS, Settings

__all__ = ["app"]

app: Final = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def _simulate(settings: Settings) -> None:
    """Serve one wand until it is interrupted."""
    log_in_users_language()
    run(settings)


app.command(help=_("Simulate a wand. docs/simulator.md explains scenarios and faults."))(
    settings_command(Settings, ARGUMENTS, _simulate)
)
