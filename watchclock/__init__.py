"""The ``watchclock`` command: thin, one module a group of verbs."""
