"""What was due: routes, shifts and rounds, and their expansion into planned visits."""
