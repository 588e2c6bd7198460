"""The K510 wand, heard through the record texts that its component DLLK500.dll delivers.

Source: a client of DLLK500.dll (namespace Jep.Hardware.Patrol); see docs/protocols/k510.md.
"""

from typing import Final

from watchclock_protocol.dialect import file_dialect
from watchclock_protocol.dialects.k510.records import read_line, wand_of
from watchclock_protocol.files import FileFormat

__all__ = ["K510"]

K510: Final = file_dialect("k510", "K510 text", FileFormat(parse=read_line, wand_of=wand_of))
