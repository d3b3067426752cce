"""A payment processor to practise with: no money, a ledger that survives, and every fault on demand."""
