"""Asks a caller for a card: the caller alone on the line, the keys in memory that is wiped."""
