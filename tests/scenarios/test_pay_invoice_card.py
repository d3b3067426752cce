"""What pay-invoice asks of the card side; what its callers hear is in flows/pay-invoice.test.yaml."""

from __future__ import annotations

import pytest

from ivr.flow.engine import Ending
from ivr.flow.library import load_flows
from ivr.flow.model import Flow
from pci.contract import Brand, DeclineReason
from tests.flow_play import ADA, ROOT, SHIPPED, Played, play

TO_THE_CARD = """
    caller presses 1000442#
    caller hears You owe 125.40 USD
    caller presses 1
    caller hears alone on the secure line
"""
TO_THE_BANK = f"""{TO_THE_CARD}
    card side reads visa 1111
    caller hears To confirm, press 1
    caller presses 1
    caller hears One moment, please
"""


@pytest.fixture(scope="module")
def flow() -> Flow:
    found = load_flows(ROOT / "flows", SHIPPED).find("1000")
    assert found is not None
    return found


def forgotten(played: Played) -> list[str]:
    return [card.last4 for card in played.call.forgotten]


@pytest.mark.parametrize("reason", DeclineReason)
async def test_every_reason_of_a_decline_is_told_and_none_says_that_money_moved(
    flow: Flow, reason: DeclineReason
) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor declines {reason}
        caller hears You have not been charged.
        caller hangs up
        """,
    )
    assert not any("approved" in text for text in played.call.heard)
    assert played.call.variables.paid is None


@pytest.mark.parametrize(
    ("answer", "cards"),
    [
        (
            "processor declines\ncard side reads mastercard 4444\ncaller presses 1\nprocessor declines",
            ["1111", "4444"],
        ),
        ("processor was not reached", ["1111"]),
        ("processor has another payment open", ["1111"]),
        ("processor approves", []),
        ("processor does not answer", []),  # it may still go through: the card side needs the card to look it up
    ],
)
async def test_a_card_that_will_not_be_charged_is_forgotten_and_no_other(
    flow: Flow, answer: str, cards: list[str]
) -> None:
    assert forgotten(await play(flow, f"{TO_THE_BANK}\n{answer}")) == cards


async def test_a_card_that_is_not_confirmed_is_forgotten(flow: Flow) -> None:
    played = await play(flow, f"{TO_THE_CARD}\ncard side reads visa 1111\ncaller presses *\ncaller presses 9")
    assert forgotten(played) == ["1111"]


async def test_the_card_side_is_asked_for_what_the_flow_says(flow: Flow) -> None:
    played = await play(flow, f"{TO_THE_CARD}\ncard side ends with caller-hung-up")
    assert played.ending is Ending.CALLER_HUNG_UP
    (order,) = played.call.orders
    assert order.valid_card_types == (Brand.VISA, Brand.MASTERCARD, Brand.AMEX, Brand.DISCOVER)
    assert (order.security_code, order.postal_code, order.entry_attempts) == (True, False, 3)
    assert (order.first_digit_timeout, order.inter_digit_timeout) == (20.0, 5.0)
    assert ADA.mobile not in played.call.texted
