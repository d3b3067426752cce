"""The shipped flow pay-invoice once the card is asked for: declines, doubts, second thoughts and hang-ups."""

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


async def test_after_a_decline_another_card_can_be_used(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor declines
        caller hears Your bank declined this payment. You have not been charged. You can try another card.
        card side reads mastercard 4444
        caller hears You are about to pay 125.40 USD with your Mastercard ending in 4 4 4 4
        caller presses 1
        processor approves
        caller hears Your payment was approved.
        caller hears You paid 125.40 USD
        """,
    )
    assert played.charges == [("125.40", "visa 1111", "declined"), ("125.40", "mastercard 4444", "approved")]
    assert forgotten(played) == ["1111"], "the declined card is of no use any more"


async def test_lack_of_funds_twice_ends_with_the_reason_and_no_third_card(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor declines insufficient-funds
        caller hears funds. You have not been charged. You can try another card.
        card side reads visa 0002
        caller presses 1
        processor declines insufficient-funds
        caller hears funds. You have not been charged.
        caller hears Goodbye
        """,
    )
    assert [state for *_, state in played.charges] == ["declined", "declined"]
    assert "pay:declined" in played.path
    assert sum("another card" in text for text in played.call.heard) == 1
    assert forgotten(played) == ["1111", "0002"]


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


async def test_a_bank_that_does_not_answer_is_told_as_unknown_and_nothing_more(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor does not answer
        caller hears We could not confirm your payment with the bank yet. Please do not pay again.
        caller hears We will send you a text message as soon as we know.
        caller hears Goodbye
        """,
    )
    told = " ".join(played.call.heard)
    assert "approved" not in told
    assert "not been charged" not in told
    assert forgotten(played) == [], "the payment may still go through: the card side needs the card to look it up"
    assert played.call.variables.invoice is None, "it must be looked up again before it could be paid again"


async def test_a_caller_without_a_mobile_is_not_promised_a_text_about_an_unknown_outcome(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 2000817#
        caller presses 1
        card side reads visa 1111
        caller presses 1
        processor does not answer
        caller hears Please do not pay again.
        caller hears Goodbye
        """,
    )
    assert not any("text message" in text for text in played.call.heard)


async def test_a_charge_that_was_never_sent_is_told_as_not_charged(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor was not reached
        caller hears payments are not possible right now. You have not been charged.
        caller hears Goodbye
        """,
    )
    assert "pay:unavailable" in played.path
    assert forgotten(played) == ["1111"]


async def test_another_open_payment_of_the_invoice_is_told_and_not_paid_over(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor has another payment open
        caller hears A payment for this invoice is already being made. Please do not pay again.
        caller hears Goodbye
        """,
    )
    assert "pay:in-progress" in played.path
    assert played.charges == []
    assert forgotten(played) == ["1111"]


@pytest.mark.parametrize(
    "trouble",
    [
        "card side is down",
        "card side refuses",
        "card side ends with not-secure",
        "card side ends with internal-error",
    ],
)
async def test_without_the_card_side_the_caller_is_told_so_and_nothing_is_charged(flow: Flow, trouble: str) -> None:
    played = await play(
        flow,
        f"""
        caller presses 1000442#
        caller presses 1
        {trouble}
        caller hears payments are not possible right now. You have not been charged.
        caller hears please call our office.
        caller hears Goodbye
        """,
    )
    assert "pay:unavailable" in played.path
    assert played.charges == []


async def test_a_card_side_that_is_down_never_makes_the_call_side_ask_for_a_card(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 1000442#
        caller presses 1
        card side is down
        caller hears Goodbye
        """,
    )
    assert played.call.orders == []
    assert not any("secure line" in text for text in played.call.heard)


async def test_too_many_wrong_entries_are_left_to_the_card_side_to_tell(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_CARD}
        card side ends with too-many-failed-attempts
        caller hears Goodbye
        """,
    )
    assert "pay:too-many-failed-attempts" in played.path


@pytest.mark.parametrize(
    "answer", ["caller presses *", "caller waits\ncaller waits", "caller presses 5\ncaller waits"]
)
async def test_what_is_not_confirmed_is_not_charged_and_leads_back_to_the_menu(flow: Flow, answer: str) -> None:
    played = await play(
        flow,
        f"""{TO_THE_CARD}
        card side reads visa 1111
        {answer}
        caller hears The payment was cancelled. You have not been charged.
        caller hears You owe 125.40 USD
        caller presses 9
        caller hears Goodbye
        """,
    )
    assert played.charges == []
    assert forgotten(played) == ["1111"]


async def test_a_silent_caller_is_asked_once_more_to_confirm(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_CARD}
        card side reads visa 1111
        caller hears To confirm, press 1
        caller waits
        caller hears To confirm, press 1
        caller presses 1
        processor approves
        """,
    )
    assert played.charges == [("125.40", "visa 1111", "approved")]


async def test_star_on_the_card_line_cancels_and_leads_back_to_the_menu(flow: Flow) -> None:
    await play(
        flow,
        f"""{TO_THE_CARD}
        card side ends with caller-interrupted-with-star
        caller hears The payment was cancelled. You have not been charged.
        caller hears You owe 125.40 USD
        caller presses 9
        """,
    )


async def test_the_card_side_is_asked_for_what_the_flow_says(flow: Flow) -> None:
    played = await play(flow, f"{TO_THE_CARD}\ncard side ends with caller-hung-up")
    assert played.ending is Ending.CALLER_HUNG_UP
    (order,) = played.call.orders
    assert order.valid_card_types == (Brand.VISA, Brand.MASTERCARD, Brand.AMEX, Brand.DISCOVER)
    assert (order.security_code, order.postal_code, order.entry_attempts) == (True, False, 3)
    assert (order.first_digit_timeout, order.inter_digit_timeout) == (20.0, 5.0)
    assert ADA.mobile not in played.call.texted
