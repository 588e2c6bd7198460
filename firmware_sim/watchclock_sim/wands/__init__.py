"""The firmware of each kind of wand."""
