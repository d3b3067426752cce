"""The whole product on real parts: three phones, a processor and an SMSC written by others, and the search."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from stack import node_peers
from stack.demo.caller import NUMBERS, Card
from stack.demo.verdict import payment_in
from stack.errors import PhoneMissing
from stack.leaks import search_files, search_memory
from stack.peers import PeerMissing, localstripe
from stack.processes import running
from stack.product import Plan, Processor, Sms, product, write_secret
from tests.asterisk.conftest import not_here
from tests.asterisk.paying import Listener, pay, phone_for
from tests.asterisk.shop import Shop

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("name", ["pjsua2", "sipp", "baresip"])
async def test_the_same_flow_is_paid_from_each_phone(shop: Shop, name: str) -> None:
    # given a phone written by others; when its owner pays
    try:
        async with shop.phone(name) as phone:
            caller = await shop.pay(phone)
    except PhoneMissing as missing:
        not_here(missing)
    # then the processor has booked the charge once, and the call side knows brand and last four
    assert [(row["amount"], row["state"]) for row in shop.booked()] == [(12540, "approved")]
    payment = payment_in(shop.run.ivr_folder)
    assert payment is not None
    assert (payment.state, payment.brand, payment.last4) == ("approved", "visa", "1111")
    # and the text message is out, nothing is left in Asterisk, and the call side met no digit
    assert "125.40 USD" in await shop.text()
    assert await shop.released()
    assert await shop.digits_seen(Card.APPROVED, caller.pressed_in_menus) == 0


async def test_a_hang_up_in_the_card_number_leaves_nothing_behind_and_a_declined_card_is_not_charged(
    shop: Shop,
) -> None:
    # when a caller hangs up in the card number, then nothing is left of it
    async with shop.phone() as phone:
        await shop.pay(phone, Card.HANGUP)
    await shop.run.ivr.expect(lambda line: line.get("event") == "call_ended")
    assert await shop.released()
    assert (shop.booked(), shop.payments()) == ([], [])
    # when the next one's card is declined, then they are told
    async with shop.phone() as phone:
        await shop.pay(phone, Card.DECLINED)
    spoken = {prompt for line in shop.run.ivr.log for prompt in line.get("prompts", ())}
    assert "payment-declined" in spoken
    assert "payment-approved" not in spoken
    assert [row["state"] for row in shop.booked()] == ["declined"]
    assert shop.payments() == ["declined"]


def in_memory(pid: int, number: str) -> bool:
    return bool(list(search_memory(pid, number)))


async def test_the_search_of_the_call_side_finds_a_planted_number(shop: Shop) -> None:
    # given a call side into which a number was planted: one that it is told and keeps, as a caller's name would be
    planted, ivr, folder = "4242424242424242", shop.run.ivr, shop.run.ivr_folder
    async with shop.phone() as phone:
        await shop.pay(phone)
    assert not await asyncio.to_thread(in_memory, ivr.pid, NUMBERS[Card.APPROVED])
    assert not list(search_files(folder, NUMBERS[Card.APPROVED]))
    # when it is in a file of the call side, and dialled to it as a number
    (folder / "planted.txt").write_text(planted)
    async with shop.phone() as phone:
        await phone.dial(planted)
        await phone.wait_ended()
    # then the same search finds it in both places
    assert list(search_files(folder, planted))
    assert await asyncio.to_thread(in_memory, ivr.pid, planted)


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
