"""What vs wands are on the USB, and what carries the conversation there.

Source: docs/protocols/vs.md, section "USB devices". The numbers are among those that pid.codes
keeps for tests, because no maker has given this protocol any.
"""

from typing import Final

from watchclock_protocol.dialects.vs.reports import REPORT_OCTETS, from_report, to_reports
from watchclock_protocol.usb_identities import HidReports, UsbIdentity, UsbWay

__all__ = ["USB_DEVICES"]

_SOURCE: Final = "docs/protocols/vs.md"
_PID_CODES: Final = 0x1209

USB_DEVICES: Final = (
    UsbIdentity(
        vendor=_PID_CODES,
        product=0x0002,
        name="VS5000B",
        source=_SOURCE,
        ways=frozenset({UsbWay.SERIAL}),
    ),
    UsbIdentity(
        vendor=_PID_CODES,
        product=0x0003,
        name="VF5000+",
        source=_SOURCE,
        ways=frozenset({UsbWay.BULK, UsbWay.HID}),
        reports=HidReports(octets=REPORT_OCTETS, cut=to_reports, join=from_report),
    ),
)
