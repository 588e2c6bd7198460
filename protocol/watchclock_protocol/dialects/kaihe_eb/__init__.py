"""The Kaihe EB wand (RFID, CP210x): records by index, knocks apart, clearing as its own command.

Sources: fengscar/GuardTourSystemV2.0.1, FuzhouKaiHe/NetPatrolApp, JasonBoy5/UsbSerialExamples; see
docs/protocols/kaihe_eb.md.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.kaihe_eb.host import KaiheHost
from watchclock_protocol.dialects.kaihe_eb.listener import NAME, KaiheListener
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, Profile
from watchclock_protocol.dialects.kaihe_eb.records import KNOCKS, PATROLS_A, PATROLS_B
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import HostSession

__all__ = ["KAIHE_EB"]


def _open_host(_seed: int) -> HostSession:
    return KaiheHost()


def _open_host_from_0(_seed: int) -> HostSession:
    return KaiheHost(Profile(index_base=IndexBase.ZERO))


def _open_host_from_1(_seed: int) -> HostSession:
    return KaiheHost(Profile(index_base=IndexBase.ONE))


KAIHE_EB: Final = Dialect(
    name=NAME,
    title="Kaihe EB patrol wand (RFID)",
    line=LineSettings(baud=9600, other_bauds=(115_200, 460_800)),
    capabilities=frozenset(
        {Capability.READS_CLOCK, Capability.KEEPS_KNOCK_LOG, Capability.ACKNOWLEDGE_WIPES}
    ),
    kept_kinds=frozenset({RecordKind.KNOCK}),
    listener=KaiheListener,
    host=_open_host,
    profiles={"index_from_0": _open_host_from_0, "index_from_1": _open_host_from_1},
    record_layouts=(PATROLS_A, PATROLS_B, KNOCKS),
)
