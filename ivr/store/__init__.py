"""The call side's ledger: what is owed, who called, what was paid, which text messages are due."""
