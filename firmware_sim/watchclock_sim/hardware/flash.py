"""Flash memory: programming clears bits, erasing a place sets them and wears it out.

What is modelled follows the data sheets of serial flash with erasable pages (Adesto AT45DB642D:
pages of 1024 octets and 32 spare ones, 100,000 erasures) and of NOR flash in general (Winbond
W25Q64: programming can only turn 1 into 0, and what power interrupts is written up to some octet).
"""

from typing import Final

from watchclock_sim.hardware.health import chance_of

__all__ = ["ENDURANCE", "Flash"]

ENDURANCE: Final = 100_000
ERASED: Final = 0xFF
SPREAD: Final = 0.2
BITS: Final = 8


class Flash:
    """Places of equal size; a place that can no longer be erased is replaced by a spare one.

    Args:
        places: how many there are.
        octets: size of each.
        spares: places held back for those that wear out.
        endurance: erasures after which a place wears out, give or take a fifth.
        seed: text that no other memory shares.
    """

    def __init__(
        self,
        places: int,
        octets: int,
        *,
        spares: int = 16,
        endurance: int = ENDURANCE,
        seed: str = "",
    ) -> None:
        self.places: Final = places
        self.octets: Final = octets
        self.spares_left = spares
        self.worn_out = 0
        self._endurance: Final = endurance
        self._seed: Final = seed
        self._cells: dict[int, bytearray] = {}
        self._wear: dict[int, int] = {}
        self._replaced_at: dict[int, int] = {}
        self._erased_as_a_whole = 0

    def read(self, place: int) -> bytes:
        """What stands in a place; FF where nothing was written."""
        cells = self._cells.get(place)
        return bytes((ERASED,)) * self.octets if cells is None else bytes(cells)

    def written_places(self) -> list[int]:
        """Places in which anything was ever programmed since they were erased."""
        return sorted(self._cells)

    def wear(self, place: int) -> int:
        """How often a place was erased, whichever part of the chip it was in."""
        return self._wear.get(place, 0) + self._erased_as_a_whole

    def program(self, place: int, start: int, data: bytes, *, written: int | None = None) -> None:
        """Clear the bits that are 0 in ``data``; what is 0 already stays 0.

        Args:
            place: which.
            start: octet in it.
            data: what to write; it must not reach beyond the place.
            written: octets that arrive before power is lost; None for all.
        """
        cells = self._cells.setdefault(place, bytearray((ERASED,)) * self.octets)
        arrived = data[:written]
        end = start + len(arrived)
        kept = int.from_bytes(cells[start:end]) & int.from_bytes(arrived)
        cells[start:end] = kept.to_bytes(len(arrived))

    def erase(self, place: int, *, fails: bool = False) -> bool:
        """Set every bit of a place, or of the spare one that replaces it.

        Args:
            place: which.
            fails: it does not succeed, though the place is not worn out by number.

        Returns:
            False when it is worn out and no spare is left; then it keeps what it holds.
        """
        self._wear[place] = self._wear.get(place, 0) + 1
        if fails or self.wear(place) - self._replaced_at.get(place, 0) > self._limit(place):
            self.worn_out += 1
            if not self.spares_left:
                return False
            self.spares_left -= 1
            self._replaced_at[place] = self.wear(place)
        self._cells.pop(place, None)
        return True

    def erase_all(self) -> None:
        """Set every bit of every place."""
        self._erased_as_a_whole += 1
        self._cells.clear()

    def rot(self, place: int, start: int, octets: int) -> None:
        """One cell of those octets loses its charge: a bit that was 0 reads 1.

        Nothing happens where every bit is 1.
        """
        cells = self._cells.setdefault(place, bytearray((ERASED,)) * self.octets)
        charged = [
            (offset, bit)
            for offset in range(start, start + octets)
            for bit in range(BITS)
            if not cells[offset] >> bit & 1
        ]
        if charged:
            chance = chance_of(self._seed, "rot", place, start, self.wear(place))
            offset, bit = chance.choice(charged)
            cells[offset] |= 1 << bit

    def _limit(self, place: int) -> float:
        chance = chance_of(self._seed, "endurance", place, self._replaced_at.get(place, 0))
        return self._endurance * chance.uniform(1 - SPREAD, 1 + SPREAD)
