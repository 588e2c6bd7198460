"""Check sums of the wire formats, one definition each."""

__all__ = ["complement_sum", "low_byte_sum"]


def low_byte_sum(data: bytes) -> int:
    """Low byte of the plain sum (fcard frames; FC wand protocol document, section 2)."""
    return sum(data) & 0xFF


def complement_sum(data: bytes) -> int:
    """Ones' complement of the low byte of the sum (wm5000t; koliha/jwm-wm5000t readme.md)."""
    return ~sum(data) & 0xFF
