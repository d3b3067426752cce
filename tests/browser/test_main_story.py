"""The whole story, with nothing made up: a real call in the page's own phone, a card that is keyed, no digit heard.

Asterisk, gate, card side and call side run as they do in production; the caller has a SIP telephone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from asterisk_ari import AriLogin, Asterisk
from proof.canary import Canary, Card, deal
from proof.hunt import Hunt
from stack.asterisk import Amend
from stack.demo.verdict import booked
from stack.phones.pjsua2 import Told
from stack.product import Product
from tests.browser.ear import Heard, begin, heard, hears_key
from tests.browser.office import AGENT, Caller, Office, office
from tests.browser.stage import press, stage

pytestmark = pytest.mark.timeout(600)
ACCOUNT, AMOUNT = "204863", "125.40"
DECLINED = Canary(0, Card("4000002760003184", "1129", "739"))  # the simulator's: the bank wants to see the cardholder
APPROVED, PLANTED = deal(2, first=1)


@dataclass(frozen=True, slots=True)
class Way:
    """How the caller's keys are told: the name that they call under, and what the telephone does."""

    name: str
    told: Told
    amend: Amend


def opened(dtmf_mode: str) -> Amend:
    """The second wall is opened: Asterisk would send the page's phone keys in this way. The first stands alone."""

    def amend(etc: Path) -> None:
        phones = etc / "phones.conf"
        phones.write_text(phones.read_text().replace("dtmf_mode = none", f"dtmf_mode = {dtmf_mode}"))

    return amend


def tones_for_keys(etc: Path) -> None:
    """Callers called `inband` press keys that are tones in their voice and nothing else."""
    opened("inband")(etc)
    pjsip = etc / "pjsip.conf"
    anonymous = re.search(r"^\[anonymous\]\n.*?(?=^\[|\Z)", pjsip.read_text(), re.MULTILINE | re.DOTALL)
    assert anonymous
    named = anonymous[0].replace("[anonymous]", "[inband]").replace("dtmf_mode = rfc4733", "dtmf_mode = inband")
    pjsip.write_text(f"{pjsip.read_text()}\n{named}")


WAYS = (Way("carol", "events", opened("rfc4733")), Way("inband", "tones", tones_for_keys))


@pytest.fixture(params=WAYS, ids=["events", "tones"])
async def here(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> AsyncIterator[Office]:
    """The product with an agent, for a way of telling keys."""
    async with office(tmp_path, browser, request.param.amend) as opened:
        yield opened


@pytest.fixture
async def caller(request: pytest.FixtureRequest, here: Office) -> AsyncIterator[Caller]:
    """The caller of that way."""
    way = request.node.callspec.params["here"]
    async with here.caller(way.name, way.told) as opened:
        yield opened


async def test_given_a_real_call_then_the_agent_takes_a_payment_and_neither_hears_nor_gets_a_digit(
    here: Office, caller: Caller
) -> None:
    page = here.page
    await here.begins_work()
    await talk_begins(page, caller)
    await a_key_that_is_sent_is_heard(here, caller)

    await begin(page, "payment")
    await the_first_card_is_declined(page, caller)
    await the_second_card_is_approved(page, caller)
    in_payment = await heard(page, "payment")

    assert (in_payment.events, in_payment.tones, in_payment.played) == ("", "", "")
    assert in_payment.packets > 500
    assert in_payment.seconds > 10
    states = sorted((entry["state"], entry["amount"]) for entry in booked(here.run))
    assert states == [("approved", 12540), ("declined", 12540)]

    await the_call_is_written_up(page, caller)
    assert here.finds(Hunt([DECLINED, APPROVED])) == []
    await a_planted_number_is_found(here)


async def talk_begins(page: Page, caller: Caller) -> None:
    """The caller names the account and comes to the agent, who sees what it is about."""
    await caller.phone.dial("1040")
    await caller.answers("enter-account", f"{ACCOUNT}#")
    await expect(stage(page)).to_have_text("A call for you")
    await expect(page.locator("#call .context")).to_contain_text(ACCOUNT)
    await expect(page.locator("#call .context")).to_contain_text(AMOUNT)
    await press(page, "Take the call")
    await expect(stage(page)).to_have_text("You are talking")
    await expect(page.locator("#phone-state")).to_have_attribute("data-state", "speaks")


async def a_key_that_is_sent_is_heard(here: Office, caller: Caller) -> None:
    """The ears hear: a tone in the caller's voice, where it is let be, and a key that Asterisk itself sends."""
    if caller.told == "events":
        await begin(here.page, "talk")
        await caller.phone.press("5", "tones")
        told = await hears_key(here.page, "talk")
        assert (told.events, set(told.tones), set(told.played)) == ("", {"5"}, {"5"})
    told = await sent_until_it_is_over("8", here)
    as_told = ({"8"}, set()) if caller.told == "events" else (set(), {"8"})
    assert (set(told.events), set(told.tones), set(told.played)) == (*as_told, {"8"})


async def sent_until_it_is_over(key: str, here: Office) -> Heard:
    """What was heard of it. Sent once more where it does not end, which would be heard in the payment.

    Asterisk loses the end of a tone that it makes for a channel in a bridge, if that comes while a packet is made.
    """
    await begin(here.page, "sent")
    while True:
        await sent_to_the_agent(key, here.run)
        with suppress(TimeoutError):
            return await hears_key(here.page, "sent", seconds=10)


async def sent_to_the_agent(key: str, run: Product) -> None:
    """Have Asterisk itself send a key to the page's phone."""
    where = run.asterisk
    async with Asterisk.open(AriLogin(where.ari_url, "pci", where.pci_password)) as asterisk:
        channel = next(one for one in await asterisk.channels() if one.name.startswith(f"PJSIP/{AGENT}-"))
    login = {"Authorization": aiohttp.encode_basic_auth("pci", where.pci_password)}
    address = f"{where.ari_url}/ari/channels/{channel.id}/dtmf?dtmf={key}"
    async with aiohttp.ClientSession(headers=login) as http, http.post(address) as answer:
        assert answer.status == 204


async def take_payment(page: Page) -> None:
    """The agent names the amount and sends the caller to the secure line."""
    await page.get_by_label("Amount").fill(AMOUNT)
    await page.get_by_label("Invoice or account").fill(ACCOUNT)
    await press(page, "Take payment")
    await expect(stage(page)).to_have_text("The caller keys the card")


async def the_first_card_is_declined(page: Page, caller: Caller) -> None:
    """Each key is a dot; the bank says no; the agent reads why and what to say."""
    card = DECLINED.reveal()
    await take_payment(page)
    number = page.locator("#field-payment-card-number")
    await caller.answers("card-number", card.pan)
    await expect(number.locator(".dots i")).to_have_count(16)
    await caller.presses("#")
    await expect(number).to_contain_text("accepted")
    await caller.answers("expiry", f"{card.expiry}#")
    await caller.answers("security-code-3", f"{card.cvv}#")
    await caller.answers("press-1-to-confirm", "1")
    await expect(page.locator("#card")).to_contain_text("The bank wants a check that a call cannot do.")
    await expect(page.locator("#card .say")).to_contain_text("Would you like to use another card?")
    await expect(stage(page)).to_have_text("You are talking")


async def the_second_card_is_approved(page: Page, caller: Caller) -> None:
    """The agent has the caller back in the middle of it, and has the expiry date asked again."""
    card = APPROVED.reveal()
    await take_payment(page)
    await caller.answers("card-number", f"{card.pan}#")
    await caller.answers("expiry", f"{card.expiry}#")
    await caller.is_asked("security-code-3")
    await press(page, "Talk to the caller")
    await expect(stage(page)).to_have_text("You are talking, the card waits")
    await press(page, "Ask again: Expiry date")
    await expect(stage(page)).to_have_text("The caller keys the card")
    await caller.answers("expiry", f"{card.expiry}#")
    await caller.answers("security-code-3", f"{card.cvv}#")
    await caller.answers("press-1-to-confirm", "1")
    await expect(page.locator("#card")).to_contain_text(f"•••• {APPROVED.last4} approved")
    await expect(stage(page)).to_have_text("You are talking")


async def the_call_is_written_up(page: Page, caller: Caller) -> None:
    """They have talked; the agent hangs up, writes a note and takes calls again."""
    await press(page, "Hang up")
    await caller.phone.wait_ended(60)
    await expect(stage(page)).to_have_text("The call is over")
    await page.get_by_label("Notes").fill("Paid with the other card.")
    await press(page, "Done, take calls again")
    await expect(page.locator("#my-status")).to_have_text("Ready for calls")


async def a_planted_number_is_found(here: Office) -> None:
    """The search finds what is there: a caller whose number looks like a card, in the page and in its phone's SIP."""
    pan = PLANTED.reveal().pan
    async with here.caller(pan) as stranger:
        await stranger.phone.dial("1040")
        await stranger.answers("enter-account", f"{ACCOUNT}#")
        await expect(here.page.locator("#call .who-calls")).to_contain_text(pan)
        await expect(here.page.locator("#phone-state")).to_have_attribute("data-state", "rings")
    found = {find.where for find in here.finds(Hunt([PLANTED])) if find.canary == PLANTED.number}
    assert found == {"pages and events", "WebSockets"}
