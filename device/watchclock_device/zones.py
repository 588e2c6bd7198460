"""Which civil time a site keeps: a zone by name, or that of this machine."""

import os
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchclock_device.errors import TimeZoneError

__all__ = ["find_host_zone_name", "load_zone"]

_LOCAL_TIME: Final = Path("/etc/localtime")


def load_zone(name: str | None) -> ZoneInfo | None:
    """The zone of that IANA name; None without a name, which means the zone of this machine.

    Raises:
        TimeZoneError: no such zone.
    """
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneError(name=name) from error


def find_host_zone_name(local_time: Path = _LOCAL_TIME) -> str:
    """IANA name of this machine's zone, or nothing where the machine does not tell its name."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        _, _, named = str(local_time.resolve()).rpartition("/zoneinfo/")
    try:
        load_zone(named or None)
    except TimeZoneError:
        return ""
    return named
