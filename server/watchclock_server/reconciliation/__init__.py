"""What the records say about what was due: a pure function that can be run again at any time."""
