"""The call side: runs the flows. It never meets a card digit."""
