"""The three pcapng interfaces of a capture, in one literal table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["LANES", "TIME_RESOLUTION", "Lane", "LaneTraits"]

# if_tsresol 9: times count units of 10**-9 seconds (draft-ietf-opsawg-pcapng, section 4.2).
TIME_RESOLUTION: Final = 9


class Lane(IntEnum):
    """Which way bytes went; the number of the pcapng interface they are stored under."""

    FROM_WAND = 0
    TO_WAND = 1
    STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTraits:
    """How one lane appears in the file.

    Attributes:
        link_type: LINKTYPE_USER0 + n, reserved for private use (tcpdump.org/linktypes.html).
        name: option if_name.
        description: option if_description.
        flags: option epb_flags of its packets: 1 inbound, 2 outbound, seen from the host; 0 for
            packets that crossed no link.
    """

    link_type: int
    name: str
    description: str
    flags: int


# LINKTYPE_USER2 is passed over: Wireshark takes it for Apple's PKTAP unless told otherwise.
LANES: Final[Mapping[Lane, LaneTraits]] = {
    Lane.FROM_WAND: LaneTraits(
        link_type=147, name="from_wand", description="Bytes the wand sent to the host", flags=1
    ),
    Lane.TO_WAND: LaneTraits(
        link_type=148, name="to_wand", description="Bytes the host sent to the wand", flags=2
    ),
    Lane.STEP: LaneTraits(
        link_type=150, name="step", description="Steps of the download, in JSON", flags=0
    ),
}
