"""What arrives is never lost, never counted twice, and never contradicts itself in silence.

Which records are the same record is settled by the natural key (decision 0005), which ones cannot
both be true in ``conflicts`` (decision 0006). Plain Python only. The names below are those that
features above intake need.
"""

from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.visits import (
    DoubtInterval,
    DoubtReason,
    PatrolMaterial,
    Visit,
    WandCoverage,
)

__all__ = [
    "DoubtInterval",
    "DoubtReason",
    "Download",
    "PatrolMaterial",
    "Visit",
    "WandCoverage",
]
