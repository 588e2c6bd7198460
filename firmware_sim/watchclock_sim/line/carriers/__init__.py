"""What a simulated wand is plugged into."""
