"""The vs wand, contact or radio: this project's own reference protocol, not a maker's.

Source: docs/protocols/vs.md, from which alone both roles can be built.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.vs.frames import FRAMING
from watchclock_protocol.dialects.vs.host import VsHostSession, tokens
from watchclock_protocol.dialects.vs.listener import NAME, VsListener
from watchclock_protocol.dialects.vs.records import RECORDS
from watchclock_protocol.dialects.vs.usb_devices import USB_DEVICES

__all__ = ["VS"]

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
            Capability.RESUMES,
        }
    ),
    listener=VsListener,
    host=lambda seed: VsHostSession(tokens(seed)),
    record_layouts=(RECORDS,),
    framing=FRAMING,
    usb=USB_DEVICES,
)
