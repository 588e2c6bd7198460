"""The vs wand, contact or radio: this project's own reference protocol, not a maker's.

Source: docs/protocols/vs.md, from which alone both roles can be built.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.vs.host import VsHostSession, tokens
from watchclock_protocol.dialects.vs.listener import NAME, VsListener
from watchclock_protocol.dialects.vs.records import RECORDS
from watchclock_protocol.dialects.vs.reports import REPORT_OCTETS, from_report, to_reports
from watchclock_protocol.usb_identities import HidReports, UsbIdentity, UsbWay

__all__ = ["VS"]


def _host(seed: int) -> VsHostSession:
    return VsHostSession(tokens(seed))


VS: Final = Dialect(
    name=NAME,
    title="VS5000B / VF5000+ class (watchclock's own reference protocol)",
    line=LineSettings(baud=115_200),
    capabilities=frozenset(
        {
            Capability.READS_CLOCK,
            Capability.HAS_SLOTS,
            Capability.REPORTS_HEALTH,
            Capability.KEEPS_SYSTEM_LOG,
            Capability.KEEPS_KNOCK_LOG,
        }
    ),
    listener=VsListener,
    host=_host,
    record_layouts=(RECORDS,),
    usb=(
        UsbIdentity(
            vendor=0x1209,
            product=0x0002,
            name="VS5000B",
            source="docs/protocols/vs.md, a test number of pid.codes",
            ways=frozenset({UsbWay.SERIAL}),
        ),
        UsbIdentity(
            vendor=0x1209,
            product=0x0003,
            name="VF5000+",
            source="docs/protocols/vs.md, a test number of pid.codes",
            ways=frozenset({UsbWay.BULK, UsbWay.HID}),
            reports=HidReports(octets=REPORT_OCTETS, cut=to_reports, join=from_report),
        ),
    ),
)
