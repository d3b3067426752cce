"""Alembic migrations of the ledger; `ivr.store.schema.upgrade` runs them."""
