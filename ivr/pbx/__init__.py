"""Calls that another PBX hands in with a signed order to take a payment, and gets back with the result."""
