"""Calls without a telephone: dialogue tests and the simulator, on the engine that runs real calls."""
