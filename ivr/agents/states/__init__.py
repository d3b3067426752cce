"""Where an agent's call stands: one class each, which says what happens there and what the agent can do meanwhile."""
