"""The whole product on real parts: three phones, a processor and an SMSC written by others, and the search."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from stack import node_peers
from stack.demo.caller import NUMBERS, Card
from stack.demo.verdict import booked, card_digits_seen, payment_in, released
from stack.errors import PhoneMissing
from stack.leaks import search_files, search_memory
from stack.peers import PeerMissing, localstripe
from stack.processes import running
from stack.product import Plan, Processor, Sms, product, write_secret
from tests.asterisk.conftest import not_here
from tests.asterisk.paying import Listener, pay, phone_for

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240)]


@pytest.mark.parametrize("name", ["pjsua2", "sipp", "baresip"])
async def test_the_same_flow_is_paid_from_each_phone(tmp_path: Path, name: str) -> None:
    # given the product, and a phone written by others
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running_product:
        # when its owner pays
        try:
            async with phone_for(running_product, name, tmp_path / "phone") as phone:
                caller = await pay(phone, listener)
        except PhoneMissing as missing:
            not_here(missing)
        # then the processor has booked the charge once, and the call side knows brand and last four
        assert [(row["amount"], row["state"]) for row in booked(running_product)] == [(12540, "approved")]
        payment = payment_in(running_product.ivr_folder)
        assert payment is not None
        assert (payment.state, payment.brand, payment.last4) == ("approved", "visa", "1111")
        # and the text message is out, nothing is left in Asterisk, and the call side met no digit
        assert running_product.smsc is not None
        text = await running_product.smsc.expect(lambda line: "text" in line)
        assert "125.40 USD" in text["text"]
        assert await released(running_product)
        assert card_digits_seen(running_product, Card.APPROVED, caller.pressed_in_menus) == 0


async def test_a_hang_up_in_the_card_number_leaves_nothing_behind_and_a_declined_card_is_not_charged(
    tmp_path: Path,
) -> None:
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running_product:
        # when a caller hangs up in the card number, then nothing is left of it
        async with phone_for(running_product, "pjsua2", tmp_path / "leaving") as phone:
            await pay(phone, listener, Card.HANGUP)
        await running_product.ivr.expect(lambda line: line.get("event") == "call_ended")
        assert await released(running_product)
        assert booked(running_product) == []
        assert payment_in(running_product.ivr_folder) is None
        # when the next one's card is declined, then they are told
        async with phone_for(running_product, "pjsua2", tmp_path / "declined") as phone:
            await pay(phone, listener, Card.DECLINED)
        spoken = {prompt for line in running_product.ivr.log for prompt in line.get("prompts", ())}
        assert "payment-declined" in spoken
        assert "payment-approved" not in spoken
        assert [row["state"] for row in booked(running_product)] == ["declined"]


async def test_a_call_is_paid_through_stripe(tmp_path: Path) -> None:
    # given the stripe processor, pointed at localstripe
    listener = Listener()
    try:
        async with localstripe() as url:
            stripe = Processor("stripe", url, "sk_test_0123456789abcdef")
            plan = Plan(tmp_path / "product", processor=stripe, listener=listener)
            async with (
                product(plan) as running_product,
                phone_for(running_product, "pjsua2", tmp_path / "phone") as phone,
            ):
                # when a caller pays
                await pay(phone, listener)
                payment = payment_in(running_product.ivr_folder)
            # then localstripe's own ledger has the charge
            login = {"Authorization": f"Bearer {stripe.api_key}"}
            async with aiohttp.ClientSession(headers=login) as session, session.get(f"{url}/v1/charges") as answer:
                charges = (await answer.json())["data"]
    except PeerMissing as missing:
        not_here(missing)
    assert payment is not None
    assert payment.state == "approved"
    assert [(charge["amount"], charge["currency"], charge["paid"]) for charge in charges] == [(12540, "usd", True)]


async def test_the_confirmation_reaches_a_real_smsc(tmp_path: Path) -> None:
    # given an SMSC built on the npm library smpp, which checks the password
    listener = Listener()
    secret = tmp_path / "smsc.secret"
    write_secret(secret, "smscpass")
    try:
        command = node_peers.command("smsc.js", "tonewall", str(secret))
    except node_peers.NodePeersMissing as missing:
        not_here(missing)
    async with running("smsc", command) as smsc:
        port = (await smsc.expect(lambda line: bool(line.get("ready"))))["port"]
        plan = Plan(tmp_path / "product", sms=Sms(port, "tonewall", "smscpass"), listener=listener)
        async with (
            product(plan) as running_product,
            phone_for(running_product, "pjsua2", tmp_path / "phone") as phone,
        ):
            # when a caller pays
            await pay(phone, listener)
            # then the message arrives there, for the number on the bill
            message = await smsc.expect(lambda line: line.get("event") == "sms")
    assert message["to"] == "+15550100123"
    assert "125.40 USD" in message["text"]
    assert NUMBERS[Card.APPROVED] not in message["text"]


async def test_the_search_of_the_call_side_finds_a_planted_number(tmp_path: Path) -> None:
    # given a call side into which a number was planted: one that it is told and keeps, as a caller's name would be
    planted = "4242424242424242"
    listener = Listener()
    bills = tmp_path / "bills.csv"
    bills.write_text("account,reference,amount,currency,due,mobile\n204863,INV-1,125.40,USD,2026-12-31,\n")
    async with product(Plan(tmp_path / "product", bills=bills, listener=listener)) as running_product:
        async with phone_for(running_product, "pjsua2", tmp_path / "phone") as phone:
            await pay(phone, listener)
        assert not list(search_memory(running_product.ivr.pid, NUMBERS[Card.APPROVED]))
        assert not list(search_files(running_product.ivr_folder, NUMBERS[Card.APPROVED]))
        # when it is in a file of the call side, and dialled to it as a number
        (running_product.ivr_folder / "planted.txt").write_text(planted)
        async with phone_for(running_product, "pjsua2", tmp_path / "other-phone") as phone:
            await phone.dial(planted)
            await phone.wait_ended()
        # then the same search finds it in both places
        assert list(search_files(running_product.ivr_folder, planted))
        assert list(search_memory(running_product.ivr.pid, planted))
