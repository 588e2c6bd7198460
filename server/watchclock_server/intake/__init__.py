"""Intake: captures in, records out, each record exactly once however often it arrives."""
