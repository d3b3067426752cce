"""Stored cards in a call: only for whoever calls from the number on file, and never a reason for a call to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.calls.kept_cards import KeptCards, same_number
from ivr.errors import PciUnreachable
from ivr.flow.call import StoredCard
from pci.contract import Brand, KeptCard
from tests.unit.ledger import BILL, Ledger, open_ledger

OWN = "+15550100123"  # on the bill
CARD = StoredCard("token-1", Brand.VISA, "1111")


class CardSide:
    """Keeps what it was told to keep; `down` answers nothing."""

    def __init__(self, *kept: str, down: bool = False) -> None:
        self.kept = set(kept)
        self.down = down

    async def find_card(self, token: str) -> KeptCard | None:
        return self._card(token) if token in self.kept else None

    async def keep(self, token: str) -> KeptCard | None:
        self.kept.add(token)
        return self._card(token)

    async def forget(self, token: str) -> None:
        self.kept.discard(token)

    def _card(self, token: str) -> KeptCard:
        if self.down:
            raise PciUnreachable
        return KeptCard(token=token, brand=Brand.VISA, last4="1111", expired=False)


def cards_of(ledger: Ledger, caller: str | None, side: CardSide) -> KeptCards:
    pci: Any = side
    return KeptCards(pci, ledger.store.cards, "call-1", caller)


@pytest.mark.parametrize("caller", [OWN, OWN[1:], f"00{OWN[1:]}"])
async def test_given_the_number_on_file_then_the_card_of_the_account_is_found(tmp_path: Path, caller: str) -> None:
    async with open_ledger(tmp_path) as ledger:
        cards = cards_of(ledger, caller, CardSide("token-1"))
        assert await cards.find(BILL.account) is None
        await ledger.store.cards.keep(BILL.account, CARD, "call-1")
        assert await cards.find(BILL.account) == CARD


@pytest.mark.parametrize("caller", [None, "", "+15550100124", "5550100123", "anonymous", "123"])
async def test_given_another_number_then_there_is_no_card_and_none_may_be_left(
    tmp_path: Path, caller: str | None
) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.store.cards.keep(BILL.account, CARD, "call-1")
        cards = cards_of(ledger, caller, CardSide("token-1"))
        assert await cards.find(BILL.account) is None
        assert not await cards.own_phone(BILL.account)


async def test_given_an_account_without_a_bill_then_nobody_calls_from_its_phone(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        assert not await cards_of(ledger, OWN, CardSide()).own_phone("999999")


async def test_given_a_card_that_the_card_side_has_destroyed_then_it_is_dropped_here_too(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.store.cards.keep(BILL.account, CARD, "call-1")
        assert await cards_of(ledger, OWN, CardSide()).find(BILL.account) is None
        assert await ledger.store.cards.find(BILL.account) is None


async def test_given_a_card_side_that_is_down_then_there_is_no_card_and_nothing_is_lost(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.store.cards.keep(BILL.account, CARD, "call-1")
        cards = cards_of(ledger, OWN, CardSide("token-1", down=True))
        assert await cards.find(BILL.account) is None
        assert not await cards.keep(BILL.account, "token-2")
        assert await ledger.store.cards.find(BILL.account) == CARD


async def test_given_a_new_card_then_the_earlier_one_is_destroyed(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        side = CardSide("token-1")
        await ledger.store.cards.keep(BILL.account, CARD, "call-1")
        assert await cards_of(ledger, OWN, side).keep(BILL.account, "token-2")
        assert side.kept == {"token-2"}


@given(st.text("0123456789+", max_size=18), st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_given_any_caller_then_they_are_known_only_by_all_digits_of_the_number(caller: str, on_file: str) -> None:
    digits = on_file[1:]
    assert same_number(caller, on_file) is (caller in (on_file, digits, f"00{digits}", f"+00{digits}"))
