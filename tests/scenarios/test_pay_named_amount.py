"""Calls in which the caller names the amount, and calls with a fee: only the total that was heard is charged."""

from __future__ import annotations

import pytest

from tests.flow_play import flow_of, one_step, play

WAYS = "declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye"
DONATE = """
flow: donate
answers: "1"
steps:
  how-much:
    ask: {{prompt: enter-amount, amount: {{currency: USD, least: "1.00", most: "50.00"}}, save: amount}}
    next: {{failed: bye}}
  give:
    pay: {{action: charge, amount: amount, reference: donation{fee}}}
    next: {{declined: how-much, too-many-failed-attempts: bye, outcome-unknown: how-much, cancelled: bye}}
  thanks: {{receipt: {{by: voice}}}}
  bye: {{say: goodbye}}
"""
CARD = "card side reads visa 1111"


def donate(fee: str = "") -> str:
    return DONATE.format(fee=f", fee: {fee}" if fee else "")


async def test_a_caller_names_an_amount_hears_it_again_and_pays_it() -> None:
    played = await play(
        flow_of(donate()),
        f"""
        caller hears Please enter the amount
        caller presses 12*50#
        caller hears You entered 12.50 USD If that is right, press 1.
        caller presses 1
        {CARD}
        caller hears You are about to pay 12.50 USD with your Visa card ending in 1 1 1 1
        caller presses 1
        processor approves
        caller hears Your payment was approved.
        caller hears You paid 12.50 USD
        caller hears Goodbye
        """,
    )
    assert played.charges == [("12.50", "visa 1111", "approved")]
    (attempt,) = played.call.attempts
    assert (attempt.due.invoice.id, attempt.due.invoice.purpose) == (None, "donation")
    assert played.call.variables.amount is None, "it is spent: to give again it has to be named again"


async def test_an_amount_that_is_not_what_the_caller_meant_is_asked_again() -> None:
    await play(
        flow_of(donate()),
        f"""
        caller presses 50#
        caller hears You entered 50.00 USD
        caller presses 2
        caller hears Please enter the amount
        caller presses 5#
        caller hears You entered 5.00 USD
        caller presses 1
        {CARD}
        caller hears You are about to pay 5.00 USD
        caller hangs up
        """,
    )


@pytest.mark.parametrize("keys", ["51#", "0*50#", "1*5#", "*#"])
async def test_an_amount_outside_the_limits_is_answered_with_the_limits(keys: str) -> None:
    played = await play(
        flow_of(donate()),
        f"""
        caller presses {keys}
        caller hears The smallest amount is 1.00 USD The largest amount is 50.00 USD Please enter the amount
        caller stays silent
        caller hears Sorry, I did not get an answer.
        caller hears Goodbye
        """,
    )
    assert played.path[0] == "how-much:failed"


async def test_a_fee_is_said_and_agreed_to_before_the_card_is_asked_for() -> None:
    played = await play(
        flow_of(donate("2.5%")),
        f"""
        caller presses 12*50#
        caller presses 1
        caller hears A fee is added: 0.31 USD In all, you pay 12.81 USD To go on, press 1.
        caller presses 1
        {CARD}
        caller hears You are about to pay 12.81 USD
        caller presses 1
        processor approves
        caller hears You paid 12.81 USD That includes a fee of 0.31 USD
        """,
    )
    assert played.charges == [("12.81", "visa 1111", "approved")]


@pytest.mark.parametrize("answer", ["caller presses *", "caller waits\ncaller waits"])
async def test_a_caller_who_does_not_want_the_fee_is_not_asked_for_a_card(answer: str) -> None:
    flow = one_step('pay: {action: charge, amount: invoice.amount, fee: "2.00"}', WAYS)
    played = await play(flow, f"caller presses 1000442\ncaller hears A fee is added: 2.00 USD\n{answer}")
    assert "it:cancelled" in played.path
    assert played.call.orders == []
    assert played.call.variables.invoice is not None, "it is as unpaid as before"


async def test_a_fee_that_rounds_to_nothing_is_not_spoken_of() -> None:
    played = await play(
        flow_of(donate("0.001%")),
        f"caller presses 1#\ncaller presses 1\n{CARD}\ncaller hears You are about to pay 1.00 USD\ncaller hangs up",
    )
    assert not any("fee" in text for text in played.call.heard)


async def test_with_its_fee_an_amount_must_stay_below_what_a_card_can_be_charged() -> None:
    flow = donate('"999990.00"')
    played = await play(flow_of(flow), "caller presses 20#\ncaller presses 1\ncaller hears payments are not possible")
    assert played.call.orders == []
