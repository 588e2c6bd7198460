"""Patrol wands seen from inside, as a program that hosts reach by line, network or USB."""
