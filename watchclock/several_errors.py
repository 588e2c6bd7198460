"""Ends a verb with every error it met, where one file or capture does not stop the next."""

from collections.abc import Sequence

from watchclock_protocol.errors import CodedError

__all__ = ["SeveralError", "raise_all"]


class SeveralError(Exception):
    """More than one error a person can act on; the first decides the exit code."""

    def __init__(self, errors: Sequence[CodedError]) -> None:
        super().__init__(*errors)
        self.errors = tuple(errors)


def raise_all(errors: Sequence[CodedError]) -> None:
    """Returns when there is no error.

    Raises:
        CodedError: the only one.
        SeveralError: all of them.
    """
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralError(errors)
