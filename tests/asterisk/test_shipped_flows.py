"""The shipped flows on a real Asterisk, from real phones: what callers hear, and what both ledgers have then."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing

import pytest

from ivr.flow.requests import RefundReason, RefundStatus
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from stack.children import alongside
from stack.demo.caller import NUMBERS, THINKING, Caller, Card
from stack.demo.verdict import payment_in
from stack.phones import open_pjsua2
from stack.processes import is_event
from tests.asterisk.keying import PATIENCE
from tests.asterisk.paying import stay
from tests.asterisk.shop import Shop

pytestmark = [pytest.mark.peer, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]
GIVER = "+15550100199"
NUMBER = NUMBERS[Card.APPROVED]
PAYS = {"card-number": f"{NUMBER}#", "expiry": "1230#", "security-code-3": "123#", "press-1-to-confirm": "1"}


class Asking(Caller):
    """Hears the balance twice, then hangs up by the menu."""

    def _answers(self) -> Mapping[str, str]:
        return {
            "enter-account": f"{self.account}#",
            "press-1-to-hear-again": "1" if self._times.get("you-owe") == 1 else "9",
        }


async def test_balance_only_a_caller_hears_what_they_owe_and_when_it_is_due(shop: Shop) -> None:
    # when a caller dials the number for balances, keys the account and asks to hear it again
    async with shop.phone() as phone:
        await stay(Asking(Card.APPROVED, phone, lambda keys, secret: None, shop.account), shop.listener, "1005")
    # then both the amount and the day were said, twice, from the steps of the flow and of the flow that it calls
    log = shop.run.ivr.log
    said = [line["text"] for line in log if line.get("event") == "prompt_spoken"]
    assert sum(text.startswith("You owe 125 dollars and 40 cents") for text in said) == 2
    assert sum(text.startswith("It is due on December 5, 2026") for text in said) == 2
    steps = [f"{line['step']}: {line['outcome']}" for line in log if line.get("event") == "step_done"]
    assert steps[:4] == ["greet: done", "bill/account: done", "bill/find: found", "bill: found"]
    # and the flow ended the call, nothing was booked, and nothing is left in Asterisk
    assert [line["outcome"] for line in log if line.get("event") == "call_ended"] == ["completed"]
    assert shop.booked() == []
    assert await shop.released()


async def test_donate_a_caller_names_an_amount_and_gives_it(shop: Shop) -> None:
    # given somebody whose trunk tells their number; when they name 12 dollars and 50 cents, hear it again, and pay
    async with shop.own_phone(GIVER) as phone:
        await shop.answers(phone, "1003", {"enter-amount": "12*50#", "press-1-if-right": "1", **PAYS})
    # then the processor booked that amount once, and both ledgers agree on it
    assert [(row["amount"], row["state"]) for row in shop.booked()] == [(1250, "approved")]
    payment = payment_in(shop.run.ivr_folder)
    assert payment is not None
    assert (payment.state, payment.amount, payment.last4) == ("approved", "12.50", "1111")
    with closing(sqlite3.connect(shop.run.ivr_folder / "ivr.sqlite")) as ledger:
        rows = ledger.execute("SELECT purpose, status, amount_minor FROM invoices WHERE purpose <> ''").fetchall()
    assert rows == [("donation", "paid", 1250)]
    # and the text goes to the number that called, and the call side met no digit of the card
    assert await shop.text_to(GIVER) == "Payment received: 12.50 USD for donation, Visa ending 1111. Thank you."
    assert await shop.released()
    assert await shop.digits_seen(Card.APPROVED, "12*50#11") == 0


async def test_pay_with_stored_card_a_card_is_kept_in_one_call_and_pays_the_next_bill_in_another(shop: Shop) -> None:
    # given a phone with the number that is on the bills of an account
    account = shop.account
    to_the_bill = {"enter-account": f"{account}#", "press-1-to-pay": "1"}
    # when its owner pays a bill by a card that is keyed, and agrees that it is kept
    async with shop.own_phone() as phone:
        await shop.answers(phone, "1002", {**to_the_bill, **PAYS, "press-1-to-keep": "1"})
    # and pays the next one in another call, where no card is asked for
    async with shop.own_phone() as phone:
        await shop.answers(phone, "1002", {**to_the_bill, "press-1-or-other-card": "1"})
    # then the processor has booked both once, and both ledgers agree
    assert [(row["amount"], row["state"]) for row in shop.booked()] == [(12540, "approved"), (4800, "approved")]
    payment = payment_in(shop.run.ivr_folder)
    assert payment is not None
    assert (payment.state, payment.amount, payment.brand, payment.last4) == ("approved", "48.00", "visa", "1111")
    spoken = [line["prompts"] for line in shop.run.ivr.log if line.get("event") == "prompt_spoken"]
    assert sum("card-number" in prompts for prompts in spoken) == 1
    # and each has its text, and the call side met no digit of the card
    assert shop.run.smsc is not None
    await shop.run.smsc.expect(lambda line: "125.40 USD" in line.get("text", ""))
    await shop.run.smsc.expect(lambda line: "48.00 USD" in line.get("text", ""))
    assert await shop.released()
    assert await shop.digits_seen(Card.APPROVED, f"{account}#111{account}#11") == 0


async def test_refund_request_a_part_of_a_payment_is_asked_back(shop: Shop) -> None:
    # given a caller who paid their bill
    async with shop.phone() as phone:
        await shop.pay(phone)
    # when they call again and ask for 25.50 of it
    async with shop.phone() as phone:
        asking = {"enter-account": f"{shop.account}#", "refund-this-one": "1", "refund-how-much": "2"}
        why = {"refund-enter-amount": "25*50#", "refund-why": "3", "refund-right": "1"}
        await shop.answers(phone, "1010", {**asking, **why})
    # then a person has it on their list, and the processor knows nothing of it
    async with open_store(sqlite_url(shop.run.ivr_folder / "ivr.sqlite")) as store:
        (refund,) = await store.requests.refunds(closed=False)
    assert (str(refund.amount), str(refund.paid), refund.account) == ("25.50", "125.40", shop.account)
    assert (refund.reason, refund.status) == (RefundReason.REQUESTED_BY_CUSTOMER, RefundStatus.PENDING)
    assert [row["state"] for row in shop.booked()] == ["approved"]
    assert await shop.released()


async def test_agent_first_a_caller_talks_to_a_person_and_then_pays_alone(shop: Shop) -> None:
    # given somebody at the phone of billing
    ivr, folder, port = shop.run.ivr, shop.plan.folder / "billing", shop.run.asterisk.sip_port
    keys = {"person-or-pay": "1", "enter-account": f"{shop.account}#", "press-1-to-pay": "1", **PAYS}
    async with shop.phone() as caller, open_pjsua2(folder, port, "billing", shop.plan.person_port) as person:
        # when a caller asks for a person, and pays afterwards
        async with alongside(shop.answers(caller, "1011", keys)):
            # and the person hears who it is, takes the call with key 1, and hangs up after a while
            await person.wait_rung(PATIENCE)
            await person.pick_up()
            await ivr.expect(is_event("person_answered"), seconds=PATIENCE)
            await asyncio.sleep(THINKING)
            await person.press("1")
            await ivr.expect(is_event("person_joined"), seconds=PATIENCE)
            await person.hang_up()
        # then the card side took the caller, which it does only with those who are alone, and charged them once
        assert [row["state"] for row in shop.booked()] == ["approved"]
        assert NUMBER not in "\n".join(ivr.words)
        assert await shop.released()


async def test_pay_by_number_language_a_caller_of_the_spanish_number_pays_in_spanish(shop: Shop) -> None:
    # when the customer dials the Spanish number and pays
    async with shop.own_phone() as phone:
        caller = await shop.pay(phone, number="1021")
    # then every word was Spanish, the amount too
    said = [line for line in shop.run.ivr.log if line.get("event") == "prompt_spoken"]
    texts = [line["text"] for line in said if line["by"] == "ivr"]
    assert texts[0] == "Bienvenido a nuestra línea de pagos."
    assert any(text.startswith("Usted debe 125 dólares con 40 centavos") for text in texts)
    assert any(text.startswith("Usted pagó 125 dólares con 40 centavos") for text in texts)
    # and so is the text message, the card is charged once, and the call side met no digit of it
    assert [(row["amount"], row["state"]) for row in shop.booked()] == [(12540, "approved")]
    assert await shop.text() == (
        "Pago recibido: 125,40 USD por factura INV-2026-1107, Visa terminada en 1111. Gracias."
    )
    assert await shop.released()
    assert await shop.digits_seen(Card.APPROVED, caller.pressed_in_menus) == 0
