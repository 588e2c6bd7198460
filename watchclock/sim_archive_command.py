"""``watchclock sim archive``: a year of a fleet's nights as captures, for load tests."""

from typing import Final

from watchclock.language import said
from watchclock.language import translate as _
from watchclock.progress_bar import progress_bar
from watchclock.settings_command import settings_command
from watchclock_sim.archive.program import run_archive
from watchclock_sim.archive.settings import ARGUMENTS, ArchiveSettings

__all__ = ["archive"]


def _generate(settings: ArchiveSettings) -> None:
    """Generate an archive, with a bar on standard error while somebody looks."""
    with progress_bar(_("Generating"), settings.wands) as tell:
        for summary in run_archive(settings, said):
            tell(summary.wands)


archive: Final = settings_command(ArchiveSettings, ARGUMENTS, _generate)
