"""The parts inside a wand: clock, memory, battery, and how they put time into bytes."""
