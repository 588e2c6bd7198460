"""The "!XD" patrol controller: a fixed station, several on one line, 9600 baud, CRC-16.

Source: the protocol text at the head of a public C# driver; see docs/protocols/xgd.md.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings, SharedLine
from watchclock_protocol.dialects.xgd.host import XgdHost
from watchclock_protocol.dialects.xgd.listener import NAME, XgdListener
from watchclock_protocol.dialects.xgd.records import RECORDS
from watchclock_protocol.session import HostSession

__all__ = ["XGD"]


def _search(_seed: int) -> HostSession:
    return XgdHost()


def _call(_seed: int, unit: int) -> HostSession:
    return XgdHost(unit)


XGD: Final = Dialect(
    name=NAME,
    title='"!XD" patrol controller',
    line=LineSettings(baud=9600),
    capabilities=frozenset({Capability.READS_CLOCK, Capability.ACKNOWLEDGE_WIPES}),
    listener=XgdListener,
    host=_search,
    record_layouts=(RECORDS,),
    shared_line=SharedLine(units=range(1, 256), host=_call),
    live=XgdHost,
)
