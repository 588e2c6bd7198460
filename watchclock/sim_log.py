"""What a simulated wand tells on standard error, in the language its user reads.

The simulator writes what a person may have to act on as a ``FilledReason``, which still knows its
sentence; all other lines are for whoever looks for a fault and stay as they are.
"""

import logging

from typing_extensions import override

from watchclock.language import said
from watchclock_protocol.filled_reasons import FilledReason

__all__ = ["TranslatedLines", "log_in_users_language"]


def log_in_users_language() -> None:
    """From now on the simulator's lines go to standard error, in the user's language."""
    lines = logging.StreamHandler()
    lines.setFormatter(TranslatedLines())
    logging.basicConfig(level=logging.INFO, handlers=[lines])


class TranslatedLines(logging.Formatter):
    """Lines as they are, but for those that know their sentence."""

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        return said(record.msg) if isinstance(record.msg, FilledReason) else record.message
