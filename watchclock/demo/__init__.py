"""The demo: the main job on simulated wands, through the same programs as in real use."""
