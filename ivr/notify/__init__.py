"""Messages to callers: what they say, by which gateway they go, and the outbox that sees to it."""
