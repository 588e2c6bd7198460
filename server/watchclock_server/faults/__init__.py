"""Faults: evidence each download brings about its wand, and the cases opened on it."""
