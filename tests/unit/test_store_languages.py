"""The language that a caller chose is kept by the number they call from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.ledger import Ledger, open_ledger


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        yield opened


async def test_given_a_choice_then_it_is_known_until_another_is_made(ledger: Ledger) -> None:
    languages = ledger.store.languages
    assert await languages.find("+15550100123") is None
    await languages.remember("+15550100123", "es")
    assert await languages.find("+15550100123") == "es"
    await languages.remember("+15550100123", "pt")
    assert await languages.find("+15550100123") == "pt"
    assert await languages.find("+15550100124") is None


async def test_given_a_number_that_is_withheld_then_nothing_is_kept(ledger: Ledger) -> None:
    await ledger.store.languages.remember(None, "es")
    assert await ledger.store.languages.find(None) is None
