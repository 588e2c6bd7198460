"""Wands behind FYComm.ocx, heard through the record texts this component delivers.

Source: a client of FYComm.ocx (namespace Jep.Hardware.Patrol); see docs/protocols/fycomm.md.
"""

from typing import Final

from watchclock_protocol.dialect import file_dialect
from watchclock_protocol.dialects.fycomm.records import read_line, wand_of
from watchclock_protocol.files import FileFormat

__all__ = ["FYCOMM"]

FYCOMM: Final = file_dialect("fycomm", "FYComm text", FileFormat(parse=read_line, wand_of=wand_of))
