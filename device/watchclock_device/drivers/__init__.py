"""The drivers this package brings, found through the entry-point group ``watchclock.drivers``."""
