"""Use cases of intake: take a capture in once, decode it again, tell what is known of a site."""

from watchclock_server.intake.service.archive_redecoding import (
    CaptureReport,
    CaptureState,
    RedecodeJob,
    redecode_archive,
    redecode_file,
)
from watchclock_server.intake.service.looking_up import (
    DownloadNotFoundError,
    coverage,
    downloads_of,
    load_download,
    patrol_material,
    records_of_download,
    visits_between,
)
from watchclock_server.intake.service.parquet_parts import ParquetFile
from watchclock_server.intake.service.taking_in import (
    CaptureAnonymousError,
    CaptureNameError,
    receive_capture,
)

__all__ = ["CaptureAnonymousError", "CaptureNameError", "CaptureReport", "CaptureState"]
__all__ += ["DownloadNotFoundError", "ParquetFile", "RedecodeJob", "coverage", "downloads_of"]
__all__ += ["load_download", "patrol_material", "receive_capture", "records_of_download"]
__all__ += ["redecode_archive", "redecode_file", "visits_between"]
