"""Every request of the vs dialect as a frozen value, named by what it asks of the wand.

Source: docs/protocols/vs.md, section "Commands". Sizes are checked when the bytes are built.
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_PAGES_A_REQUEST", "BeginList", "EndList", "EraseMemory", "MoveReadPointer"]
__all__ += ["ReadClock", "ReadDeclaration", "ReadEvidence", "ReadIdentity", "ReadList"]
__all__ += ["ReadPages", "ReadTotals", "RunSelfTest", "VsRequest", "WriteClock", "WriteList"]

MOST_PAGES_A_REQUEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadIdentity:
    """01 identify: ask which wand this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTotals:
    """02 read counters: ask what the memory holds and how the wand is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadClock:
    """03 read clock: ask what the clock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteClock:
    """04 set clock.

    Attributes:
        seconds: since 2000-01-01 00:00:00 civil.
        milliseconds: 0 to 999.
    """

    seconds: int
    milliseconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPages:
    """05 read pages: ask for pages as they stand in the memory.

    Attributes:
        first_page: number of the first page.
        pages: how many, 1 to 64.
        first_sequence: records before this one are not meant.
        last_sequence: records behind this one are not meant.
    """

    first_page: int
    pages: int
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReadPointer:
    """06 acknowledge: the one request that lets records be given up.

    Attributes:
        serial: of the wand that is meant.
        sequence: the last record that is safe.
    """

    serial: bytes
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvidence:
    """07 read evidence: ask for the facts the wand gathered about itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDeclaration:
    """08 read declaration: ask which evidence codes this wand can produce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSelfTest:
    """09 self-test.

    Attributes:
        parts: bit n-1 asks for part n.
    """

    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginList:
    """0A begin list: open a new list, which becomes valid with ``EndList``.

    Attributes:
        list_number: which list.
        entries: how many entries it will have.
    """

    list_number: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteList:
    """0B write list: put entries into places of the open list.

    Attributes:
        list_number: which list.
        first: place of the first entry, from 0.
        count: how many.
        raw: the entries one after the other.
    """

    list_number: int
    first: int
    count: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EndList:
    """0C end list: make the open list the valid one.

    Attributes:
        list_number: which list.
        entries: how many it has.
        check_sum: CRC-32 over all entries in order.
    """

    list_number: int
    entries: int
    check_sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """0D read list: ask for entries of the valid list, as many as fit.

    Attributes:
        list_number: which list.
        first: place of the first entry, from 0.
    """

    list_number: int
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMemory:
    """0E erase memory: forget every record. Refused while any is unread.

    Attributes:
        serial: of the wand that is meant.
    """

    serial: bytes


VsRequest = (
    ReadIdentity
    | ReadTotals
    | ReadClock
    | WriteClock
    | ReadPages
    | MoveReadPointer
    | ReadEvidence
    | ReadDeclaration
    | RunSelfTest
    | BeginList
    | WriteList
    | EndList
    | ReadList
    | EraseMemory
)
