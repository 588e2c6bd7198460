"""What a wand is on the Universal Serial Bus, whoever carries its transfers to a host."""
