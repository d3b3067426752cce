"""pay-with-stored-card on a real Asterisk, from a real phone: keyed and kept in one call, used in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.demo.caller import ACCOUNT, Card
from stack.demo.verdict import booked, card_digits_seen, payment_in, released
from stack.phones import open_pjsua2
from stack.product import Plan, product
from tests.asterisk.flow_calls import CARD, Answering

pytestmark = [pytest.mark.peer, pytest.mark.timeout(300)]
OWN_PHONE = "+15550100123"  # on the bills of the account, in demo/bills.csv
TO_THE_BILL = [("enter-account", f"{ACCOUNT}#"), ("press-1-to-pay", "1")]


async def test_a_card_is_kept_in_one_call_and_pays_the_next_bill_in_another(tmp_path: Path) -> None:
    # given the product, and a phone with the number that is on the bills of an account
    async with product(Plan(tmp_path / "product")) as running:
        port, answering = running.asterisk.sip_port, Answering(running.ivr)
        # when its owner pays a bill by a card that is keyed, and agrees that it is kept
        async with open_pjsua2(tmp_path / "first", port, OWN_PHONE) as phone:
            keyed = [*CARD, ("press-1-to-confirm", "1"), ("press-1-to-keep", "1")]
            await answering.call(phone, "1002", [*TO_THE_BILL, *keyed])
        # and pays the next one in another call, where no card is asked for
        async with open_pjsua2(tmp_path / "second", port, OWN_PHONE) as phone:
            await answering.call(phone, "1002", [*TO_THE_BILL, ("press-1-or-other-card", "1")])
        # then the processor has booked both once, and both ledgers agree
        assert [(row["amount"], row["state"]) for row in booked(running)] == [(12540, "approved"), (4800, "approved")]
        payment = payment_in(running.ivr_folder)
        assert payment is not None
        assert (payment.state, payment.amount, payment.brand, payment.last4) == ("approved", "48.00", "visa", "1111")
        spoken = [line["prompts"] for line in running.ivr.log if line.get("event") == "prompt_spoken"]
        assert sum("card-number" in prompts for prompts in spoken) == 1
        # and each has its text, and the call side met no digit of the card
        assert running.smsc is not None
        await running.smsc.expect(lambda line: "125.40 USD" in line.get("text", ""))
        await running.smsc.expect(lambda line: "48.00 USD" in line.get("text", ""))
        assert await released(running)
        assert card_digits_seen(running, Card.APPROVED, f"{ACCOUNT}#111{ACCOUNT}#11") == 0
