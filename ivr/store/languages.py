"""The languages that callers chose, by the number they call from."""

from __future__ import annotations

from ivr.store.database import Database
from ivr.store.models import LanguageRow


class Languages:
    """The remembered languages of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, caller: str | None) -> str | None:
        """The language that this number chose last; None if it never did, or is withheld."""
        if caller is None:
            return None
        row = await self._database.read(lambda session: session.get(LanguageRow, caller))
        return row.language if row else None

    async def remember(self, caller: str | None, language: str) -> None:
        """Keep it, instead of an earlier one; nothing where the number is withheld."""
        if caller is not None:
            row = LanguageRow(caller=caller, language=language, chosen=self._database.now())
            await self._database.write(lambda session: session.merge(row))
