"""What callers hear: the catalogue of recordings, and the languages that amounts and dates are spoken in."""
