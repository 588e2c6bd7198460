"""No test of bytes may fail because the machine was busy, so Hypothesis sets no deadline here."""

from hypothesis import settings

settings.register_profile("fcard", deadline=None)
settings.load_profile("fcard")
