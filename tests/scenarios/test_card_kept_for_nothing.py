"""A card that nobody asked to keep is destroyed, charged or not (PCI DSS 3.2.1)."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.standins.live_ivr import hears
from tests.standins.whole_stack import WholeStack, whole_stack

pytestmark = pytest.mark.live

CARD = "4111111111111111"


def kept(stack: WholeStack) -> int:
    with closing(sqlite3.connect(stack.folder / "pci.db")) as database:
        return int(database.execute("SELECT count(*) FROM tokens").fetchone()[0])


async def until_kept(stack: WholeStack, cards: int) -> None:
    async with asyncio.timeout(5):
        while kept(stack) != cards:
            await asyncio.sleep(0.01)


async def test_given_a_caller_who_hangs_up_instead_of_confirming_then_their_card_is_destroyed_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pci.app._UNKEPT_SECONDS", -1.0)
    monkeypatch.setattr("pci.app._BETWEEN_PURGES", 0.05)
    async with whole_stack(tmp_path) as stack:
        call = await stack.pays(CARD, confirmed=False)
        call.hang_up()
        await until_kept(stack, 0)


async def test_given_a_card_that_was_charged_then_it_is_destroyed_in_time_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with whole_stack(tmp_path) as stack:
        call = await stack.pays(CARD)
        await hears(call, "payment-approved")
        assert kept(stack) == 1
    monkeypatch.setattr("pci.app._UNKEPT_SECONDS", -1.0)
    monkeypatch.setattr("pci.app._BETWEEN_PURGES", 0.05)
    async with whole_stack(tmp_path) as stack:
        await until_kept(stack, 0)
