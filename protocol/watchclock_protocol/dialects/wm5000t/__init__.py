"""The JWM WM-5000T contact wand: 19200 baud, read whole, wiped by closing the session.

Source: koliha/jwm-wm5000t, readme.md, captured from a real wand; see docs/protocols/wm5000t.md.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.wm5000t.host import Wm5000tHost
from watchclock_protocol.dialects.wm5000t.listener import NAME, Wm5000tListener
from watchclock_protocol.dialects.wm5000t.records import RECORDS
from watchclock_protocol.session import HostSession
from watchclock_protocol.usb_identities import cp210x

__all__ = ["WM5000T"]


def _open_host(_seed: int) -> HostSession:
    return Wm5000tHost()


WM5000T: Final = Dialect(
    name=NAME,
    title="JWM WM-5000T",
    line=LineSettings(baud=19200, dtr=False, rts=False, settle_s=0.3),
    capabilities=frozenset({Capability.ACKNOWLEDGE_WIPES, Capability.ACKNOWLEDGE_SETS_CLOCK}),
    listener=Wm5000tListener,
    host=_open_host,
    record_layouts=(RECORDS,),
    usb=(cp210x("koliha/jwm-wm5000t, readme.md"),),
)
