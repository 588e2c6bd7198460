"""Finds the one enrolled tag that what a wand kept can be, by the bytes both know; never guesses.

Contact wands keep three to six low bytes of a serial, radio wands the low bytes of a card number
and not its kind. Two identities can be one tag when nothing that both know differs.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, Generic, TypeVar

from watchclock_protocol.tags.errors import TagsAlikeError, TagUnknownError
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["TagIndex", "are_confused", "collisions", "low_bytes", "matches"]

Place = TypeVar("Place")

_RADIO: Final = frozenset(
    {
        TagTechnology.EM4100,
        TagTechnology.ISO14443A,
        TagTechnology.ISO15693,
        TagTechnology.WIEGAND26,
        TagTechnology.RFID,
    }
)
_LOW_OCTETS: Final = 3
"""The fewest bytes of a card number that a radio wand keeps (FC wand protocol document)."""
_SAME_NUMBER: Final = (
    *(frozenset({TagTechnology.RFID, each}) for each in _RADIO - {TagTechnology.RFID}),
    frozenset({TagTechnology.EM4100, TagTechnology.WIEGAND26}),
)
"""Technologies of which one can be the other: a bare card number is of any radio kind, and
readers with a Wiegand output send the low 24 bits of an EM4100 tag."""


def matches(one: TagId, other: TagId) -> bool:
    """Whether the two can be the same tag: nothing that both know differs. Symmetric.

    Of a whole ISO 14443A identity and a bare card number both orders of the UID are compared,
    since readers print its number in either (miguelbalboa/rfid issue 316).
    """
    if one.technology is not other.technology:
        if frozenset({one.technology, other.technology}) not in _SAME_NUMBER:
            return False
    elif one.is_whole and other.is_whole:
        return one.octets == other.octets
    return any(
        _ends_alike(number, another) for number in _numbers(one) for another in _numbers(other)
    )


def low_bytes(tag: TagId, length: int) -> TagId:
    """What a wand keeps of the tag that stores so many low bytes of its number.

    An iButton's number is its serial. Where fewer are known, all that is known.
    """
    return TagId(tag.technology, tag.number[-length:])


def are_confused(one: TagId, other: TagId, kept: int) -> bool:
    """Whether a wand that keeps ``kept`` low bytes of a number could take one for the other.

    Two different tags; one tag is not confused with itself. Radio wands keep a number and not its
    kind, so radio tags of different technologies can be confused.
    """
    is_comparable = (
        one.technology is other.technology or {one.technology, other.technology} <= _RADIO
    )
    return (
        is_comparable
        and one != other
        and any(
            _ends_alike(number[-kept:], another[-kept:])
            for number in _numbers(one)
            for another in _numbers(other)
        )
    )


def collisions(tags: Iterable[TagId], kept: int) -> list[tuple[TagId, TagId]]:
    """Every two of these tags that a wand that keeps ``kept`` low bytes cannot tell apart."""
    pairs = combinations(sorted(set(tags)), 2)
    return [(one, other) for one, other in pairs if are_confused(one, other, kept)]


class TagIndex(Generic[Place]):
    """Enrolled tags with where they are, found by what a wand kept of one.

    Args:
        enrolled: identities, whole or partial, each with its place; one tag can have several.
    """

    def __init__(self, enrolled: Iterable[tuple[TagId, Place]]) -> None:
        self._by_end: defaultdict[int, list[tuple[TagId, Place]]] = defaultdict(list)
        self._found: dict[TagId, Sequence[tuple[TagId, Place]]] = {}
        for tag, place in enrolled:
            for end in {number[-1] for number in _numbers(tag)}:
                self._by_end[end].append((tag, place))

    def candidates(self, read: TagId) -> Sequence[tuple[TagId, Place]]:
        """Every enrolled tag that ``read`` can be, with its place, in the order of enrolment.

        A whole identity that is enrolled as it is, is that tag and no other.
        """
        known = self._found.get(read)
        if known is None:
            known = self._found[read] = self._look(read)
        return known

    def find(self, read: TagId) -> Place | None:
        """The place of the one enrolled tag that ``read`` can be; None when it can be none.

        Raises:
            TagsAlikeError: it can be several.
        """
        found = self.candidates(read)
        if len({tag for tag, _ in found}) > 1:
            raise TagsAlikeError(
                tag=read, several=", ".join(sorted({str(tag) for tag, _ in found}))
            )
        return found[-1][1] if found else None

    def require(self, read: TagId) -> Place:
        """The place of the one enrolled tag that ``read`` can be.

        Raises:
            TagUnknownError: it can be none.
            TagsAlikeError: it can be several.
        """
        place = self.find(read)
        if place is None:
            raise TagUnknownError(tag=read)
        return place

    def _look(self, read: TagId) -> Sequence[tuple[TagId, Place]]:
        ends = {number[-1] for number in _numbers(read)}
        entries = [entry for end in sorted(ends) for entry in self._by_end.get(end, ())]
        found = [entry for entry in entries if matches(entry[0], read)]
        if read.is_whole and (same := [entry for entry in found if entry[0] == read]):
            return same
        return found


def _numbers(tag: TagId) -> tuple[bytes, ...]:
    """What is known of the tag's number, most significant byte first; empty when nothing is."""
    number = tag.number
    if tag.technology is TagTechnology.ISO14443A and tag.is_whole:
        return number, number[::-1]
    if tag.technology is TagTechnology.RFID:
        # Export files fill numbers up with zeros, so zeros before the low bytes say nothing.
        padding = number[:-_LOW_OCTETS]
        number = padding.lstrip(b"\0") + number[len(padding) :]
    return (number,) if number else ()


def _ends_alike(one: bytes, other: bytes) -> bool:
    length = min(len(one), len(other))
    return one[-length:] == other[-length:]
