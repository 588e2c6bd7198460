"""Reasons with values in them, which still know their sentence, so that it can be translated.

What a program tells in a log or at its end may be one too, where a person is to read it.
"""

from typing import Self

__all__ = ["FilledReason"]


class FilledReason(str):
    """A reason in English with its fields filled; whoever speaks another language fills its own.

    Attributes:
        template: the sentence with its fields in braces.
        fields: what fills them.
    """

    __slots__ = ("fields", "template")

    template: str
    fields: dict[str, object]

    def __new__(cls, template: str, **fields: object) -> Self:
        """The sentence with these fields."""
        reason = super().__new__(cls, template.format(**fields))
        reason.template = template
        reason.fields = fields
        return reason

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Pickled as sentence and fields: filled once more, values with braces would break it."""
        return (self.template,), self.fields
