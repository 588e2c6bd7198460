"""Where patrols happen: sites with their zone, checkpoints, the tags on them, and guards."""
