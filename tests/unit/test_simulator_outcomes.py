"""Each documented card and amount meets its documented fate, and the page that documents them is the truth."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from pci.card import is_card_number
from pci.simulator.outcomes import AMOUNTS, CARDS, COLLECTIONS, Collection, Fault, Outcome
from pci.simulator.server import Conduct, serving
from tests.unit.sending import charge_body, send

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "simulator.md"
CASES = [(number.decode(), 12540, outcome) for number, outcome in CARDS.items()]
CASES += [("4111111111111111", amount, outcome) for amount, outcome in AMOUNTS.items()]


@pytest.mark.parametrize(("number", "amount", "outcome"), CASES)
async def test_given_a_documented_card_or_amount_then_its_fate(
    tmp_path: Path, number: str, amount: int, outcome: Outcome
) -> None:
    async with serving(tmp_path / "ledger.sqlite", conduct=Conduct(slow_seconds=0)) as url:
        try:
            status, answer = await send(url, charge_body(number=number, amount=amount))
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            status, answer = 0, {}
        booked = [entry["state"] for entry in (await send(url, None, path="/v1/ledger"))[1]["charges"]]

    match outcome.fault:
        case None | Fault.SLOW_ANSWER | Fault.ARRIVES_LATE:
            expected = "declined" if outcome.decline_code else "approved"
            assert (status, answer["state"], answer["decline_code"]) == (200, expected, outcome.decline_code)
            assert booked == [expected]
        case Fault.ANSWER_LOST:
            assert (status, booked) == (0, ["approved"])
        case Fault.NEVER_ARRIVED:
            assert (status, booked) == (0, [])
        case Fault.ERROR_AFTER_BOOKING:
            assert (status, booked) == (500, ["approved"])
        case Fault.GARBAGE:
            assert (status, answer, booked) == (200, {"not": "json"}, ["approved"])


@pytest.mark.parametrize("number", CARDS)
def test_a_test_card_is_one_that_the_card_side_accepts(number: bytes) -> None:
    assert is_card_number(bytearray(number))


def test_the_page_lists_every_card_and_amount_with_what_the_code_does() -> None:
    rows = re.findall(r"^\| `([0-9 .]+)` \| `?([a-z-_]+)`? \|", PAGE.read_text(), re.MULTILINE)
    documented = {(what.replace(" ", ""), fate) for what, fate in rows}
    by_card = {(number.decode(), _fate(outcome)) for number, outcome in CARDS.items()}
    by_amount = {(f"{amount / 100:.2f}", _fate(outcome)) for amount, outcome in AMOUNTS.items()}
    by_collection = {
        (f"{amount / 100:.2f}", "lapsed" if fate.lapsed else fate.fault) for amount, fate in COLLECTIONS.items()
    }
    assert documented == by_card | by_amount | by_collection


@pytest.mark.parametrize(("amount", "fate"), COLLECTIONS.items())
async def test_given_a_documented_amount_when_collected_then_its_fate_once(
    tmp_path: Path, amount: int, fate: Collection
) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body(amount=amount, hold=True)
        assert (await send(url, body))[1]["state"] == "authorized"
        status, first = await collect(url, body)
        booked = (await send(url, None, path="/v1/ledger"))[1]["charges"][0]["state"]
        again = (await collect(url, body))[1]["state"]

    match fate.fault:
        case None:
            assert (status, first["state"], booked, again) == (200, "voided", "voided", "voided")
        case Fault.NEVER_ARRIVED:
            assert (status, booked, again) == (0, "authorized", "approved")
        case fault:
            assert (status, booked, again) == (0 if fault is Fault.ANSWER_LOST else 500, "approved", "approved")


async def collect(url: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    try:
        return await send(url, {"reference": body["reference"]}, path="/v1/charges/collect")
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        return 0, {}


async def test_given_a_card_that_is_declined_when_stored_then_it_is_approved_when_keyed(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        keyed = await send(url, charge_body(number="4000000000000341", reference="one"))
        stored = await send(url, charge_body(number="4000000000000341", reference="two", stored_card=True))
    assert (keyed[1]["state"], stored[1]["decline_code"]) == ("approved", "do_not_honor")


def _fate(outcome: Outcome) -> str:
    return outcome.decline_code or (outcome.fault.value if outcome.fault else "approved")
