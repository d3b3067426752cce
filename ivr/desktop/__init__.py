"""The API for a contact centre's own desktop: another edge on the agents' desk, for programs instead of people."""
