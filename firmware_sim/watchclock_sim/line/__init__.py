"""The line between a wand and its host: its speed, its faults and what it is plugged into."""
