"""What the guest says on its console while it works, so that a hanging step can be named."""

import sys
import time

__all__ = ["say"]


def say(what: str) -> None:
    """One line with the seconds since the guest was switched on."""
    sys.stdout.write(f"GUEST {time.monotonic():.2f} {what}\n")
    sys.stdout.flush()
