"""JWM WM-5000V5, AE and T wands, heard through the lines their maker's component delivers.

Source: clients of WmWebUsb.dll (Uniguard-Indonesia/Patrol-Software); docs/protocols/wm_web_usb.md.
"""

from typing import Final

from watchclock_protocol.dialect import file_dialect
from watchclock_protocol.dialects.wm_web_usb.records import read_line, wand_of
from watchclock_protocol.files import FileFormat

__all__ = ["WM_WEB_USB"]

WM_WEB_USB: Final = file_dialect(
    "wm_web_usb", "JWM WmWebUsb lines", FileFormat(parse=read_line, wand_of=wand_of)
)
