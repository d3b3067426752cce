"""Merchants' own APIs: asked for a bill or a fact about a caller, and trusted with nothing."""
