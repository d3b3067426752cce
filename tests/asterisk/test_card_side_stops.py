"""The card side is told to end, as at every update, while a caller keys a card and goes on keying."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stack.leaks import keys_in_events
from stack.phones import Phone
from stack.processes import Line
from stack.product import Plan, product
from tests.asterisk.paying import phone_for

pytestmark = [pytest.mark.peer, pytest.mark.timeout(120)]
ACCOUNT = "204863"


class Prompts:
    """What the caller has been told so far, by either side."""

    def __init__(self) -> None:
        self._spoken: set[str] = set()
        self._news = asyncio.Event()

    def __call__(self, name: str, line: Line) -> None:
        if name == "ivr":
            self._spoken.update(line.get("prompts", ()))
            self._news.set()

    async def spoken(self, prompt: str) -> None:
        async with asyncio.timeout(30):
            while prompt not in self._spoken:
                self._news.clear()
                await self._news.wait()


async def go_to_card_number(phone: Phone, prompts: Prompts) -> None:
    await phone.dial("1000")
    await phone.wait_answered()
    for prompt, keys in (("enter-account", f"{ACCOUNT}#"), ("press-1-to-pay", "1")):
        await prompts.spoken(prompt)
        await phone.press(keys)
    await prompts.spoken("card-number")


async def test_given_a_card_side_that_ends_when_a_card_is_keyed_then_no_further_key_reaches_the_call_side(
    tmp_path: Path,
) -> None:
    prompts = Prompts()
    async with (
        product(Plan(tmp_path / "product", listener=prompts)) as running_product,
        phone_for(running_product, "pjsua2", tmp_path / "phone") as phone,
    ):
        await go_to_card_number(phone, prompts)
        await phone.press("4111")
        running_product.pci.child.terminate()
        for group in ("1111", "1111", "1111"):
            await phone.press(group)
        await prompts.spoken("payments-not-possible")
        assert keys_in_events(running_product.ari_tap.received) == f"{ACCOUNT}#1"
