"""The FC offline patrol wand (RFID): ring memory, explicit acknowledgement, its own log.

Source: maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door, Apache-2.0), restated
in docs/protocols/fcard.md.
"""

from typing import Final

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.dialects.fcard.host import FcardHostSession, tokens
from watchclock_protocol.dialects.fcard.listener import NAME, FcardListener
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.fcard_family.frames import FRAMING

__all__ = ["FCARD"]


def _host(seed: int) -> FcardHostSession:
    return FcardHostSession(tokens(seed))


FCARD: Final = Dialect(
    name=NAME,
    title="FC patrol wand (RFID)",
    line=LineSettings(baud=115_200),
    capabilities=frozenset(
        {
            Capability.READS_CLOCK,
            Capability.HAS_SLOTS,
            Capability.REPORTS_HEALTH,
            Capability.KEEPS_SYSTEM_LOG,
        }
    ),
    listener=FcardListener,
    host=_host,
    record_layouts=(CARD_RECORDS, SYSTEM_RECORDS),
    framing=FRAMING,
)
