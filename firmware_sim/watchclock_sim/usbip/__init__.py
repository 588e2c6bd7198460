"""Exports simulated USB wands over TCP, so that any Linux can attach them as its own."""
