"""What wands and hosts say to each other, pure: bytes in, values and events out.

No input or output, clock, thread, log or randomness; docs/architecture.md, "protocol", is the map.
"""
