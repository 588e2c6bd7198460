"""The parts inside a wand and how they fare, and how its firmware puts time into bytes."""
