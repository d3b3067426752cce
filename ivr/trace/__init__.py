"""What a call did, free of cards and of what callers keyed: recorded, written down, read, and replayed."""
