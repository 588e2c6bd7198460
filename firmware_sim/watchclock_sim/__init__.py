"""Patrol wands seen from inside, each running as a program of its own on a pty or a TCP port."""
