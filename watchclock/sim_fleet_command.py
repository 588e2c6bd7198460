"""``watchclock sim fleet``: many simulated wands, each on a TCP port of its own, until Ctrl-C."""

from typing import Final

from watchclock.settings_command import settings_command
from watchclock.sim_log import log_in_users_language
from watchclock_sim.fleet.program import run_fleet
from watchclock_sim.fleet.settings import FleetSettings

__all__ = ["fleet"]


def _serve(settings: FleetSettings) -> None:
    """Serve a fleet until it is interrupted."""
    log_in_users_language()
    run_fleet(settings)


fleet: Final = settings_command(FleetSettings, frozenset(), _serve)
