"""A year of a fleet's nights written directly as captures, for load tests."""
