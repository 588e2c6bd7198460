"""Reasons with values in them, which still know their sentence, so that it can be translated."""

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
