"""Pictures of flows: the steps from top to bottom as in the file, and beside them the ways that jump."""
