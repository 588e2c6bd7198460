"""Wands: which ones exist, whose they are, and what their clocks are worth."""
