"""``watchclock sim fleet``: many simulated wands, on TCP ports or one USB bus, until Ctrl-C."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from watchclock.language import said
from watchclock.language import translate as _
from watchclock.progress_bar import progress_bar
from watchclock.settings_command import settings_command
from watchclock.sim_log import log_in_users_language
from watchclock_sim.fleet.program import run_fleet
from watchclock_sim.fleet.settings import FleetSettings

__all__ = ["fleet"]

Item = TypeVar("Item")


def _serve(settings: FleetSettings) -> None:
    """Serve a fleet until it is interrupted."""
    log_in_users_language()
    run_fleet(settings, said, _watched)


def _watched(every: Sequence[Item]) -> Iterator[Item]:
    with progress_bar(_("Starting"), len(every)) as tell:
        for done, each in enumerate(every, 1):
            yield each
            tell(done)


fleet: Final = settings_command(FleetSettings, frozenset(), _serve)
