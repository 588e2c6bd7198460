"""A fleet of wands in one process, for load tests of what downloads them."""
