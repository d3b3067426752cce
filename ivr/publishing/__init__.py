"""Versions of the flows: published in one stroke, taken up by a running call side, and never lost."""
