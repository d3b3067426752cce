"""The shipped flow balance-only, from a real phone: the caller hears what is owed and when, and nothing is paid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from stack.children import alongside
from stack.demo.caller import ACCOUNT, Caller, Card
from stack.demo.verdict import booked, released
from stack.product import Plan, product
from tests.asterisk.paying import CALL_SECONDS, Listener, phone_for

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240)]


class Asking(Caller):
    """Hears the balance twice, then hangs up by the menu."""

    def _answers(self) -> Mapping[str, str]:
        return {
            "enter-account": f"{ACCOUNT}#",
            "press-1-to-hear-again": "1" if self._times.get("you-owe") == 1 else "9",
        }


async def test_a_caller_hears_what_they_owe_and_when_it_is_due(tmp_path: Path) -> None:
    # given the product with its shipped flows, and a phone
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running_product:
        async with phone_for(running_product, "pjsua2", tmp_path / "phone") as phone:
            # when the caller dials the number for balances, keys the account and asks to hear it again
            caller = Asking(Card.APPROVED, phone, lambda keys, secret: None)
            listener.caller = caller
            await phone.dial("1005")
            await phone.wait_answered()
            async with alongside(caller.act()):
                try:
                    await phone.wait_ended(CALL_SECONDS)
                finally:
                    caller.leave()
        # then both the amount and the day were said, twice, from the steps of the flow and of the flow that it calls
        log = running_product.ivr.log
        said = [line["text"] for line in log if line.get("event") == "prompt_spoken"]
        assert sum(text.startswith("You owe 125 dollars and 40 cents") for text in said) == 2
        assert sum(text.startswith("It is due on December 5, 2026") for text in said) == 2
        steps = [f"{line['step']}: {line['outcome']}" for line in log if line.get("event") == "step_done"]
        assert steps[:4] == ["greet: done", "bill/account: done", "bill/find: found", "bill: found"]
        # and the flow ended the call, nothing was booked, and nothing is left in Asterisk
        assert [line["outcome"] for line in log if line.get("event") == "call_ended"] == ["completed"]
        assert booked(running_product) == []
        assert await released(running_product)
