"""How often spoken cards are right: recordings go the way that a call's sound goes, and what comes out is counted."""
