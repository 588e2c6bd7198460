"""Tables and queries of downloads and records."""

from watchclock_server.intake.repository.downloads import (
    add_download,
    find_download,
    find_download_by_capture,
    list_downloads,
)
from watchclock_server.intake.repository.memories import part_memory
from watchclock_server.intake.repository.records import (
    add_records,
    add_sightings,
    find_records,
    link_conflicts,
    list_patrol_records,
    list_reading,
    list_records_of_download,
    move_first_sightings,
)
from watchclock_server.intake.repository.redecoding import (
    change_download,
    change_values,
    forget_records,
    forget_sightings,
    list_as_stored,
    renumber_positions,
)
from watchclock_server.intake.repository.tables import DownloadRow, RecordRow, SightingRow

__all__ = ["DownloadRow", "RecordRow", "SightingRow", "add_download", "add_records"]
__all__ += ["add_sightings", "change_download", "change_values", "find_download"]
__all__ += ["find_download_by_capture", "find_records", "forget_records", "forget_sightings"]
__all__ += ["link_conflicts", "list_as_stored", "list_downloads", "list_patrol_records"]
__all__ += ["list_reading", "list_records_of_download", "move_first_sightings", "part_memory"]
__all__ += ["renumber_positions"]
