"""JWM WM-5000Z, L and P wands, heard through the record file their maker's software writes.

Source: the maker's SDK papers (handy212/Guard-Management-System); see docs/protocols/jwm_z.md.
"""

from typing import Final

from watchclock_protocol.dialect import file_dialect
from watchclock_protocol.dialects.jwm_z.records import read_line, wand_of
from watchclock_protocol.files import FileFormat

__all__ = ["JWM_Z"]

JWM_Z: Final = file_dialect(
    "jwm_z", "JWM Z record file", FileFormat(parse=read_line, wand_of=wand_of)
)
