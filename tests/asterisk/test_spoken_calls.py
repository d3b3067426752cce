"""A payment by voice, from a real phone through a real Asterisk, with the ear that is shipped: menu, card, yes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.trace.card_events import CardEntry
from ivr.trace.trace import Trace, read
from pci.contract import Brand, CardField, EntryError
from stack.children import alongside
from stack.demo.caller import ACCOUNT, Card
from stack.demo.verdict import booked, payment_in, released
from stack.leaks import search_files, search_memory
from stack.phones import open_pjsua2
from stack.product import Plan, Product, product
from tests.asterisk.paying import Listener, stay
from tests.asterisk.punctuality import Punctuality
from tests.asterisk.speaking import EXPIRY, NUMBER, WRONG, Misspeaking

pytestmark = [pytest.mark.peer, pytest.mark.timeout(900)]
T = TypeVar("T")
BY_VOICE = "1030"
CALLS = 3
CALL_SECONDS = 280.0
TOLD = [
    "says 1",
    "says card-number-invalid say-card-number",
    "says brand-mastercard ending-in is-that-right",
    "card: success, mastercard",
    "says 1",
    "125.40 USD: approved",
    "Your payment was approved.",
    "You paid 125.40 USD",
]
JUDGED = [
    (CardField.NUMBER, EntryError.INVALID_CARD_NUMBER, "said"),
    (CardField.NUMBER, None, "said"),
    (CardField.EXPIRY, None, "keyed"),
    (CardField.SECURITY_CODE, None, "said"),
]


async def call(running_product: Product, listener: Listener, folder: Path) -> Misspeaking:
    """One call, to its end."""
    keyed: set[str] = set()
    async with open_pjsua2(folder, running_product.asterisk.sip_port) as phone:
        caller = Misspeaking(Card.SPOKEN, phone, lambda keys, secret: keyed.add(keys))
        await stay(caller, listener, BY_VOICE, CALL_SECONDS)
    assert not caller.paid or keyed == {f"{ACCOUNT}#", f"{EXPIRY}#"}, "all else was said"
    return caller


async def call_until_understood(running_product: Product, listener: Listener, folder: Path) -> None:
    """A machine with much to do loses a word now and then. In a call in which it did nothing is charged."""
    punctuality = Punctuality()
    for number in range(CALLS):
        async with alongside(punctuality.watch(), awaited=False):
            caller = await call(running_product, listener, folder / f"phone-{number}")
        if caller.paid:
            return
        assert booked(running_product) == []
        assert await released(running_product)
    if punctuality.poor:
        pytest.skip(f"this machine carries no sound: {punctuality.missed} of {punctuality.due} pieces came too late")
    pytest.fail(f"not understood in {CALLS} calls")


async def last_trace(ledger: Path) -> Trace:
    """What the ledger of a call side that has stopped has of the last call."""
    async with open_store(sqlite_url(ledger)) as store:
        last, *_ = await store.traces.latest_calls(1)
        text = await store.traces.find(last.id)
    assert text is not None
    return read(text, last.id)


def in_order(wanted: Sequence[T], found: Sequence[T]) -> list[T]:
    """What of it is there, one after the other: something may be between."""
    rest = iter(found)
    return [one for one in wanted if one in rest]


def judged(trace: Trace) -> list[tuple[CardField, EntryError | None, str]]:
    """Each answer at the card side, what was wrong with it, and how it was given."""
    entries = [event for event in trace.events if isinstance(event, CardEntry) and event.state != "entering"]
    return [(entry.field, entry.error_type, "said" if entry.said else "keyed") for entry in entries]


async def test_a_card_is_said_first_with_a_wrong_digit_and_its_date_is_keyed_after_half_was_said_and_it_is_paid(
    tmp_path: Path,
) -> None:
    # given the product with its shipped flows and its shipped ear, and a phone
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running_product:
        # when its owner says what to do, a card number with a slip of the tongue, the right one, and yes to it; the
        # name of the expiry date's month, which they key whole then; the code; and yes to the payment
        await call_until_understood(running_product, listener, tmp_path)
        # then the text message goes out, nothing is left in Asterisk, and neither number is anywhere at the call side
        await running_product.ivr.expect(lambda line: line.get("outcome") == "completed")
        assert running_product.smsc is not None
        text = await running_product.smsc.expect(lambda line: "text" in line)
        assert "125.40 USD" in text["text"]
        assert await released(running_product)
        for number in (NUMBER, WRONG):
            assert not list(search_files(running_product.ivr_folder, number))
            assert not list(search_memory(running_product.ivr.pid, number))
    # and each answer was taken as what it was, and the wrong number told from the right one by its check digit
    trace = await last_trace(running_product.ivr_folder / "ivr.sqlite")
    assert in_order(JUDGED, judged(trace)) == JUDGED
    assert in_order(TOLD, [str(event) for event in trace.events]) == TOLD
    # and the card is charged once, as the ledgers of both sides have it
    charges = [(row["amount"], row["state"], row["last4"]) for row in booked(running_product)]
    assert charges == [(12540, "approved", NUMBER[-4:])]
    payment = payment_in(running_product.ivr_folder)
    assert payment is not None
    assert (payment.state, payment.brand, payment.last4) == ("approved", Brand.MASTERCARD, NUMBER[-4:])
