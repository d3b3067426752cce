"""What the demo measures after the call: it must find what is there, or its zeros prove nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import MappingProxyType
from typing import cast

import pytest

from pci.contract import ChargeState
from pci.simulator.server import serving
from stack.asterisk import Instance
from stack.children import alongside
from stack.demo.__main__ import fail, outcome_of
from stack.demo.caller import NUMBERS, Card
from stack.demo.verdict import Payment, Verdict, booked, card_digits_seen, in_words, payment_in, released
from stack.processes import ProcessFailed, is_event, running
from stack.product import Product
from stack.wiretap import Tap
from tests.unit.ledger import open_ledger
from tests.unit.sending import charge_body, send

NUMBER = NUMBERS[Card.APPROVED]
WAIT = 'import sys; print(\'{"event": "ready"}\', flush=True); kept = sys.stdin.read(); import time; time.sleep(60)'


class Console:
    """Asterisk's console, as far as the verdict asks it."""

    def __init__(self, *channels: str) -> None:
        self.channels = [*channels]

    async def cli(self, command: str) -> str:
        if command.startswith("core"):
            gone = self.channels.pop() if self.channels else None
            return f"{gone}\n" if gone else ""
        return "Bridge-ID  Chans  Type\n"


@contextlib.asynccontextmanager
async def product(folder: Path, *channels: str, program: str = WAIT) -> AsyncIterator[Product]:
    """A product of which only the call side runs, and that is a program that waits."""
    (folder / "ivr").mkdir()
    async with running("ivr", [sys.executable, "-c", program]) as ivr:
        await ivr.expect(is_event("ready"))
        asterisk = cast(Instance, Console(*channels))
        programs = MappingProxyType({"ivr": ivr.child})
        yield Product(folder, asterisk, "", ivr, ivr, ivr, None, Tap(), Tap(), programs)


def reported(keys: str) -> bytes:
    """What Asterisk sends to whoever may hear these keys."""
    return b"".join(b'{"type":"ChannelDtmfReceived","digit":"%c","duration_ms":100}' % key for key in keys.encode())


async def test_given_only_menu_keys_then_no_card_digit_was_seen(tmp_path: Path) -> None:
    async with product(tmp_path) as it:
        it.ari_tap.received += reported("204863#1")
        assert card_digits_seen(it, Card.APPROVED, "204863#1") == 0


async def test_given_one_key_more_than_was_pressed_in_menus_then_it_counts(tmp_path: Path) -> None:
    async with product(tmp_path) as it:
        it.ari_tap.received += reported("204863#14")
        assert card_digits_seen(it, Card.APPROVED, "204863#1") == 1


@pytest.mark.parametrize("place", ["socket", "file", "log", "memory"])
async def test_given_a_planted_number_then_it_is_seen_wherever_it_lies(tmp_path: Path, place: str) -> None:
    planted = f"card = '{NUMBER}'; " if place == "memory" else ""
    async with product(tmp_path, program=planted + WAIT) as it:
        match place:
            case "socket":
                it.pci_tap.received += NUMBER.encode()
            case "file":
                (tmp_path / "ivr" / "x.log").write_text(NUMBER)
            case "log":
                it.ivr.words.append(NUMBER)
        assert card_digits_seen(it, Card.APPROVED, "") >= len(NUMBER)


async def test_given_no_payment_then_there_is_none_and_given_one_then_it_is_as_the_ledger_has_it(
    tmp_path: Path,
) -> None:
    async with open_ledger(tmp_path) as ledger:
        (tmp_path / "ivr.sqlite").symlink_to("ivr.db")
        assert payment_in(tmp_path) is None
        await ledger.begin()
        await ledger.settle(ChargeState.APPROVED)
        assert payment_in(tmp_path) == Payment("approved", "visa", "1111", "125.40", "USD")


async def test_what_the_processor_booked_is_told_with_its_amount(tmp_path: Path) -> None:
    (tmp_path / "simulator").mkdir()
    async with serving(tmp_path / "simulator" / "ledger.sqlite") as url, product(tmp_path) as it:
        await send(url, charge_body() | {"amount": 12540, "currency": "USD", "number": NUMBER})
        await send(url, {"reference": "never-seen"}, path="/v1/charges/void")
        assert {in_words(entry) for entry in booked(it)} == {"approved: visa •••• 1111, 125.40 USD", "voided"}


async def test_given_a_channel_that_goes_away_then_all_is_released_in_the_end(tmp_path: Path) -> None:
    async with product(tmp_path, "PJSIP/caller") as it:
        assert not await released(it, seconds=0.05)
    async with product(tmp_path / "ivr", "PJSIP/caller") as it:
        assert await released(it, seconds=5)


async def test_given_a_program_that_ends_by_itself_then_the_demo_says_which_and_how(tmp_path: Path) -> None:
    async with product(tmp_path) as it:
        with pytest.raises(ProcessFailed, match="ivr was ended by SIGKILL"):
            async with alongside(*it.minders(fail), awaited=False):
                it.ivr.child.kill()
                await asyncio.Event().wait()


def test_the_last_line_is_one_json_object_with_the_fields_in_their_order() -> None:
    text = Verdict("ok", "success", "visa •••• 1111", "125.40", "USD", 1, "Paid.\nThanks", 0, 23.4).as_json()
    assert len(text.splitlines()) == 1
    assert text.startswith('{"demo": "ok", "result": "success", "card": "visa •••• 1111", "amount": "125.40"')
    assert list(json.loads(text)) == [
        *("demo", "result", "card", "amount", "currency", "processor_charges", "sms"),
        *("card_digits_seen_by_ivr", "seconds"),
    ]


@pytest.mark.parametrize(
    ("card", "state", "ended", "result"),
    [
        (Card.APPROVED, "approved", "completed", "success"),
        (Card.DECLINED, "declined", "caller-hung-up", "declined"),
        (Card.HANGUP, "", "caller-hung-up", "caller-hung-up"),
        (Card.TIMEOUT, "approved", "completed", "outcome-unknown, then approved"),
        (Card.TIMEOUT, "unknown", "completed", "unknown"),
    ],
)
def test_the_result_in_one_phrase(card: Card, state: str, ended: str, result: str) -> None:
    assert outcome_of(card, Payment(state, "", "", "", ""), ended) == result
