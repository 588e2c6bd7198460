"""Repairs: the work done on one wand for one case, step by step, never rewritten."""
