"""A typed asyncio client for the Asterisk REST Interface."""
