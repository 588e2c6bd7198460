"""The server: takes captures in, checks nights against plans and keeps every wand's history."""
