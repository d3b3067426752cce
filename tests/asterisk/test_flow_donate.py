"""donate on a real Asterisk, from a real phone: an amount that is keyed, given, booked, written down and texted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stack.demo.caller import Card
from stack.demo.verdict import booked, card_digits_seen, payment_in, released
from stack.phones import open_pjsua2
from stack.product import Plan, product
from tests.asterisk.flow_calls import CARD, Answering

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240)]


async def test_a_caller_names_an_amount_and_gives_it(tmp_path: Path) -> None:
    # given the product, and somebody whose trunk tells their number
    async with (
        product(Plan(tmp_path / "product")) as running,
        open_pjsua2(tmp_path / "phone", running.asterisk.sip_port, "+15550100199") as phone,
    ):
        # when they name 12 dollars and 50 cents, hear it again, and pay
        naming = [("enter-amount", "12*50#"), ("press-1-if-right", "1")]
        await Answering(running.ivr).call(phone, "1003", [*naming, *CARD, ("press-1-to-confirm", "1")])
        # then the processor booked that amount once, and both ledgers agree on it
        assert [(row["amount"], row["state"]) for row in booked(running)] == [(1250, "approved")]
        payment = payment_in(running.ivr_folder)
        assert payment is not None
        assert (payment.state, payment.amount, payment.last4) == ("approved", "12.50", "1111")
        with closing(sqlite3.connect(running.ivr_folder / "ivr.sqlite")) as ledger:
            rows = ledger.execute("SELECT purpose, status, amount_minor FROM invoices WHERE purpose <> ''").fetchall()
        assert rows == [("donation", "paid", 1250)]
        # and the text goes to the number that called, and the call side met no digit of the card
        assert running.smsc is not None
        text = await running.smsc.expect(lambda line: "text" in line)
        assert text["text"] == "Payment received: 12.50 USD for donation, Visa ending 1111. Thank you."
        assert text["to"] == "+15550100199"
        assert await released(running)
        assert card_digits_seen(running, Card.APPROVED, "12*50#11") == 0
