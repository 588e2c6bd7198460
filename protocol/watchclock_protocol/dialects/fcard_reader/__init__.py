"""The FC-533M / 502MS desk reader, for enrolling the tags of checkpoints and guards.

Source: maker's document and SDK (laijinjie/FCARDIO.Protocol.Door, Apache-2.0), restated in
docs/protocols/fcard_reader.md. It is no wand: it has no host role that downloads.
"""

from typing import Final

from watchclock_protocol.dialect import Dialect, LineSettings
from watchclock_protocol.dialects.fcard_reader.host import FcardReaderSession
from watchclock_protocol.dialects.fcard_reader.listener import NAME, FcardReaderListener
from watchclock_protocol.fcard_family.frames import FRAMING
from watchclock_protocol.fcard_family.info_codes import tokens

__all__ = ["FCARD_READER"]


def _desk_reader(seed: int) -> FcardReaderSession:
    return FcardReaderSession(tokens(seed))


FCARD_READER: Final = Dialect(
    name=NAME,
    title="FC desk card reader",
    line=LineSettings(baud=19_200),
    capabilities=frozenset(),
    listener=FcardReaderListener,
    desk_reader=_desk_reader,
    framing=FRAMING,
)
