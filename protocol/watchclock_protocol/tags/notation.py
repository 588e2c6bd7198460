"""What a notation is: how many digits in which groups, how to read them, how to print them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.tags.errors import TagLengthError, TagNotationError
from watchclock_protocol.tags.pasted import Pasted
from watchclock_protocol.tags.reading import TagNote, TagReading
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["Notation", "Told", "row", "untold", "writer"]

Told = tuple[TagId, tuple[TagNote, ...], bool]
"""An identity, notes on how it was written, and whether a check sum inside proved it."""


def untold(tag: TagId, *notes: TagNote) -> Told:
    """An identity that no check sum proves."""
    return tag, notes, False


def writer(
    known: Callable[[TagId], bytes | None], show: Callable[[bytes], str]
) -> Callable[[TagId], str | None]:
    """Prints what ``known`` gives of a tag, and nothing where it gives None."""

    def write(tag: TagId) -> str | None:
        octets = known(tag)
        return None if octets is None else show(octets)

    return write


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """One way of writing tags.

    Attributes:
        name: stable, lower case.
        technology: of the tags written so.
        lengths: numbers of digits that are read when the notation is named.
        guessed: numbers of digits at which it is tried when no notation is named; empty for what
            must be named.
        read: the identity from digits; raises ``TagError``.
        write: the identity printed so, or None where not enough of it is known.
        shapes: groups that mean something; empty text for digits in any grouping.
        is_decimal: there are no letters among the digits.
        full: number of digits up to which leading zeros that were lost are added; 0 for none.
    """

    name: str
    technology: TagTechnology
    lengths: frozenset[int]
    guessed: frozenset[int]
    read: Callable[[str, str], Told]
    write: Callable[[TagId], str | None]
    shapes: frozenset[str] = frozenset({""})
    is_decimal: bool = False
    full: int = 0

    def may_be(self, pasted: Pasted) -> bool:
        """Whether the text is to be tried in this notation when none was named."""
        return (
            len(pasted.digits) in self.guessed
            and pasted.shape in self.shapes
            and (pasted.is_decimal or not self.is_decimal)
        )

    def reading(self, pasted: Pasted) -> TagReading:
        """The text read in this notation.

        Raises:
            TagLengthError: it has too many or too few digits, or stands in other groups.
            TagNotationError: there are letters in a decimal notation, or a number too large.
            TagError: the tag is impossible or its check sum does not hold.
        """
        if self.is_decimal and not pasted.is_decimal:
            raise TagNotationError(
                text=pasted.text, notation=self.name, reason="there are letters among its digits"
            )
        if pasted.shape not in self.shapes or len(pasted.digits) not in self.lengths:
            raise TagLengthError(text=pasted.text, count=len(pasted.digits))
        digits = pasted.digits.zfill(self.full)
        tag, notes, is_proven = self.read(digits, pasted.text)
        if len(digits) > len(pasted.digits):
            notes = (*notes, TagNote.LEADING_ZEROS_ADDED)
        return TagReading(tag=tag, notation=self.name, notes=notes, is_proven=is_proven)


_PLAIN: Final = frozenset({""})


def row(  # noqa: PLR0913 - a row of a table
    name: str,
    technology: TagTechnology,
    digits: Iterable[int],
    read: Callable[[str, str], Told],
    write: Callable[[TagId], str | None],
    *,
    guessed: Iterable[int] | None = None,
    shapes: frozenset[str] = _PLAIN,
    is_decimal: bool = False,
) -> Notation:
    """A notation in the short form of a table; ``guessed`` is as ``digits`` where not given."""
    lengths = frozenset(digits)
    return Notation(
        name=name,
        technology=technology,
        lengths=lengths,
        guessed=lengths if guessed is None else frozenset(guessed),
        read=read,
        write=write,
        shapes=shapes,
        is_decimal=is_decimal,
    )
