"""What a wand can tell about its own condition: evidence codes, who declares which, self-test.

Source: docs/protocols/vs.md, sections "Evidence" and "Self-test".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["DECLARATIONS", "FITTED_CODES", "HOST_CODES", "EvidenceCode", "EvidenceItem"]
__all__ += ["Outcome", "Part", "PartResult"]


class EvidenceCode(IntEnum):
    """Evidence codes of this project with their numbers on the wire."""

    BATV = 1
    BOR = 2
    WDT = 3
    RST = 4
    OSF = 5
    DRIFT = 6
    JUMP = 7
    SAMET = 8
    SHORT = 9
    NOPP = 10
    CRCR = 11
    RFL = 12
    SHOCK = 13
    TILT0 = 14
    KEYT = 15
    LCDT = 16
    HUM = 17
    TEMP = 18
    FLASH = 19
    TAMP = 20
    VIBT = 21
    BEEPT = 22
    DOCK = 23
    BLIND = 24
    SRV = 25


HOST_CODES: Final = frozenset(
    {EvidenceCode.DRIFT, EvidenceCode.SAMET, EvidenceCode.BLIND, EvidenceCode.SRV}
)
"""Concluded by those who compare several things; no wand sends them."""

_EVERY_WAND: Final = frozenset(
    {
        EvidenceCode.BATV,
        EvidenceCode.BOR,
        EvidenceCode.WDT,
        EvidenceCode.RST,
        EvidenceCode.OSF,
        EvidenceCode.JUMP,
        EvidenceCode.KEYT,
        EvidenceCode.LCDT,
        EvidenceCode.FLASH,
        EvidenceCode.TAMP,
        EvidenceCode.VIBT,
        EvidenceCode.BEEPT,
        EvidenceCode.DOCK,
    }
)

DECLARATIONS: Final[Mapping[str, frozenset[EvidenceCode]]] = {
    "VS5000B": _EVERY_WAND | {EvidenceCode.SHORT, EvidenceCode.NOPP, EvidenceCode.CRCR},
    "VF5000+": _EVERY_WAND
    | {EvidenceCode.RFL, EvidenceCode.SHOCK, EvidenceCode.TILT0, EvidenceCode.TEMP},
}
"""What each model can produce. A code that its declaration lacks proves nothing by its absence."""

FITTED_CODES: Final = frozenset({EvidenceCode.HUM})
"""What a wand of either model declares besides, when the part for it has been fitted."""


class Part(IntEnum):
    """Parts of a wand that test themselves."""

    CASE_SENSOR = 1
    KEYS = 2
    LCD = 3
    VIBRATOR = 4
    BUZZER = 5
    HEAD = 6
    RTC_OSCILLATOR = 7
    MEMORY = 8
    BATTERY_UNDER_LOAD = 9


class Outcome(IntEnum):
    """How the test of a part ended."""

    NOT_FITTED = 0
    PASSED = 1
    FAILED = 2
    NEEDS_A_PERSON = 3
    NOT_RUN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One fact; what value and detail are stands in the table of the page.

    Attributes:
        number: of the evidence code, kept even when unknown.
        value: unsigned, 32 bits.
        detail: unsigned, 32 bits.
    """

    number: int
    value: int
    detail: int = 0

    @property
    def code(self) -> EvidenceCode | None:
        """The code, None when this version does not know the number."""
        return EvidenceCode(self.number) if self.number in set(EvidenceCode) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """The report of one part.

    Attributes:
        part: number of the part, kept even when unknown.
        outcome: number of the outcome, kept even when unknown.
        measured: unsigned, 32 bits, in the unit the page gives for the part.
    """

    part: int
    outcome: int
    measured: int = 0
