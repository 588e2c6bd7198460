"""Links to wands and the journaled download; start reading at ``download.py``."""
