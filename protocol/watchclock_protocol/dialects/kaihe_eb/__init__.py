"""The Kaihe EB wand (RFID, CP210x): records by index, knocks apart, clearing as its own command.

Sources: fengscar/GuardTourSystemV2.0.1, FuzhouKaiHe/NetPatrolApp, JasonBoy5/UsbSerialExamples; see
docs/protocols/kaihe_eb.md.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.kaihe_eb.host import host_opener
from watchclock_protocol.dialects.kaihe_eb.listener import NAME, KaiheListener
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase
from watchclock_protocol.dialects.kaihe_eb.records import KNOCKS, PATROLS_A, PATROLS_B
from watchclock_protocol.records import RecordKind
from watchclock_protocol.usb_identities import cp210x

__all__ = ["KAIHE_EB"]


KAIHE_EB: Final = Dialect(
    name=NAME,
    title="Kaihe EB patrol wand (RFID)",
    line=LineSettings(baud=9600, other_bauds=(115_200, 460_800)),
    capabilities=frozenset(
        {Capability.READS_CLOCK, Capability.KEEPS_KNOCK_LOG, Capability.ACKNOWLEDGE_WIPES}
    ),
    kept_kinds=frozenset({RecordKind.KNOCK}),
    listener=KaiheListener,
    host=host_opener(),
    profiles={f"index_from_{base}": host_opener(base) for base in IndexBase},
    record_layouts=(PATROLS_A, PATROLS_B, KNOCKS),
    usb=(cp210x("JasonBoy5/UsbSerialExamples"),),
)
