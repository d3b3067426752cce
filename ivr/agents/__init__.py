"""Agents: people who talk with callers, take payments without hearing a card, and go on talking."""
