"""The tokens, or info codes, by which replies of this maker's devices are told apart."""

from collections.abc import Iterator
from itertools import count
from typing import Final

__all__ = ["PUSH_TOKEN", "tokens"]

PUSH_TOKEN: Final = 0xFFFF
"""In frames a device sends without having been asked."""
LOWEST_TOKEN: Final = 0x1000
TOKENS: Final = 0xF000 - LOWEST_TOKEN + 1
"""The SDK draws its info code from 1000 to F000 hexadecimal."""
TOKEN_STEP: Final = 7919
"""Shares no divisor with the number of tokens, so all come once before any comes again."""


def tokens(seed: int) -> Iterator[int]:
    """Info codes in an order fixed by the seed, none repeated within 57,345."""
    return (LOWEST_TOKEN + (seed + number * TOKEN_STEP) % TOKENS for number in count())
