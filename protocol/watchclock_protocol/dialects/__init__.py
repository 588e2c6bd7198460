"""The dialects that are installed; one sub-package here, or a package of a third party, each."""

from watchclock_protocol.dialect_registry import DIALECT_GROUP, find_dialect, load_dialects

__all__ = ["DIALECT_GROUP", "find_dialect", "load_dialects"]
