"""The cards that accounts keep, for one call: who may use one, who may leave one.

An account number alone lets nobody spend a stored card, replace it, or learn that there is one: the caller has to
call from the mobile number on the account's bills (docs/adr/0015).
"""

from __future__ import annotations

import structlog

from ivr.errors import PciError
from ivr.flow.call import StoredCard
from ivr.pci_client import PciClient
from ivr.store.cards import Cards
from ivr.store.errors import StoreError

_log = structlog.get_logger()


class KeptCards:
    """The stored cards, as far as the caller may know of them. Nothing here fails: there is no card then."""

    def __init__(self, pci: PciClient, cards: Cards, call_id: str, caller: str | None) -> None:
        self._pci = pci
        self._cards = cards
        self._call_id = call_id
        self._caller = caller or ""

    async def own_phone(self, account: str) -> bool:
        """Whether the call comes from the mobile number on file for this account."""
        try:
            mobile = await self._cards.mobile_on_file(account)
        except StoreError as error:
            _log.error("stored_card_unknown", reason=type(error).__name__)
            return False
        return mobile is not None and same_number(self._caller, mobile)

    async def find(self, account: str) -> StoredCard | None:
        """The card that this account keeps, if the caller may use it."""
        if not await self.own_phone(account):
            return None
        try:
            card = await self._cards.find(account)
            kept = card and await self._pci.find_card(card.token)
            if card and kept is None:  # the card side keeps it no longer: it was not used for long
                await self._cards.drop(account, card.token)
        except (StoreError, PciError) as error:
            _log.error("stored_card_unknown", reason=type(error).__name__)
            return None
        return StoredCard(kept.token, kept.brand, kept.last4, kept.expired) if kept else None

    async def keep(self, account: str, token: str) -> bool:
        """Keep the card behind `token` for this account; whether that could be done."""
        try:
            kept = await self._pci.keep(token)
            if kept is None:
                return False
            before = await self._cards.keep(account, StoredCard(kept.token, kept.brand, kept.last4), self._call_id)
        except (StoreError, PciError) as error:
            _log.error("stored_card_not_kept", reason=type(error).__name__)
            await self._let_go(token)
            return False
        if before is not None and before != token:
            await self._let_go(before)
        return True

    async def _let_go(self, token: str) -> None:
        try:
            await self._pci.forget(token)
        except PciError as error:
            _log.warning("forgetting_failed", reason=type(error).__name__)


def same_number(caller: str, on_file: str) -> bool:
    """Whether a caller's number, as a trunk tells it, is this international one; a withheld one is none."""
    return f"+{caller.removeprefix('+').removeprefix('00')}" == on_file
