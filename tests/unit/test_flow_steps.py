"""What the arguments of the steps change in a call."""

from __future__ import annotations

import pytest

from ivr.flow.requests import CallbackRequest, Window
from ivr.flow.steps import VERBS
from tests.flow_play import flow_of, one_step, play

WAYS = "declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye"


def test_the_verbs_are_these_and_each_can_be_read_about() -> None:
    assert list(VERBS) == [
        "say",
        "ask",
        "menu",
        "when",
        "set",
        "lookup",
        "pay",
        "receipt",
        "transfer",
        "callback",
        "refund",
        "call",
        "language",
        "hangup",
    ]
    assert all(kind.__doc__ and kind.verb in kind.__doc__ for kind in VERBS.values())
    assert all(kind.onward in kind.outcomes for kind in VERBS.values() if kind.onward and not kind.outcomes_vary)
    assert all(kind.ends | kind.at_once <= set(kind.outcomes) for kind in VERBS.values())


async def test_say_speaks_words_and_amounts() -> None:
    flow = one_step("say: [you-owe, {money: invoice.amount}, press-1-to-pay]")
    await play(flow, "caller presses 1000442\ncaller hears You owe 125.40 USD To pay now")


async def test_ask_gives_up_after_its_attempts_with_its_own_words() -> None:
    flow = one_step(
        "ask: {prompt: you-owe, digits: 4, attempts: 2, save: account_number, no_input: entry-timeout,"
        " no_match: lookup-unavailable, give_up: account-not-found}",
        "failed: bye",
    )
    await play(
        flow,
        """
        caller presses 1000442
        caller hears You owe
        caller waits
        caller hears I did not receive anything. You owe
        caller presses 12#
        caller hears I found no open invoice
        caller hears Goodbye
        """,
    )


async def test_ask_may_be_told_to_give_up_without_a_word() -> None:
    flow = one_step(
        "ask: {prompt: you-owe, digits: 4, attempts: 1, save: account_number, give_up: []}", "failed: bye"
    )
    played = await play(flow, "caller presses 1000442\ncaller waits")
    assert played.call.heard[-2].startswith("You owe"), "goodbye follows the question at once"


async def test_ask_forgets_what_was_there_before_it_asked() -> None:
    flow = one_step("ask: {prompt: you-owe, digits: 4, attempts: 1, save: account_number}", "failed: bye")
    played = await play(flow, "caller presses 1000442\ncaller waits")
    assert played.call.variables.account_number == ""


async def test_ask_ends_at_the_key_that_the_flow_names() -> None:
    flow = one_step('ask: {prompt: you-owe, digits: 2..9, finish_on_key: "*", save: account_number}', "failed: bye")
    played = await play(flow, "caller presses 1000442\ncaller presses 55*7")
    assert played.call.variables.account_number == "55"


async def test_ask_takes_no_number_that_is_too_long() -> None:
    flow = one_step("ask: {prompt: you-owe, digits: 4, save: account_number}", "failed: bye")
    played = await play(
        flow,
        """
        caller presses 1000442#
        caller presses 12345
        caller hears does not have the right number of digits
        caller presses 1234#
        """,
    )
    assert played.call.variables.account_number == "1234"


@pytest.mark.parametrize(
    ("wanted", "keyed"),
    [
        ('amount: {currency: USD, least: "1.00", most: "90.00"}, save: amount', "90*00"),
        ("day: {earliest: 1, latest: 90, timezone: UTC}, save: day", "0630"),
    ],
)
async def test_ask_takes_no_amount_and_no_day_that_is_too_long(wanted: str, keyed: str) -> None:
    flow = one_step(f"ask: {{prompt: you-owe, attempts: 2, {wanted}}}", "failed: bye")
    keys = f"caller presses 1000442#\ncaller presses {keyed}7\ncaller presses {keyed}#\ncaller presses 1"
    assert "it:done" in (await play(flow, keys)).path


async def test_callback_takes_eleven_digits_and_the_pound_key_and_none_more() -> None:
    flow = one_step("callback: {window: morning}", "failed: bye, unavailable: bye")
    played = await play(
        flow,
        """
        caller presses 1000442#
        caller presses 155501001234
        caller hears cannot be a telephone number
        caller presses 15550100123#
        caller presses 1
        """,
    )
    assert played.call.requests == [CallbackRequest("15550100123", Window.MORNING, "callback")]


async def test_menu_takes_star_and_pound_as_choices() -> None:
    flow = one_step("menu: {prompt: you-owe, choices: {'#': find, '*': bye}}")
    played = await play(flow, "caller presses 1000442\ncaller presses #\ncaller presses *")
    assert [step for step in played.path if step.startswith("it")] == ["it:#", "it:*"]


@pytest.mark.parametrize("cards", [1, 2, 3])
async def test_pay_takes_as_many_cards_as_the_flow_allows(cards: int) -> None:
    flow = one_step(f"pay: {{action: charge, amount: invoice.amount, decline_attempts: {cards}}}", WAYS)
    card = "card side reads visa 0002\ncaller presses 1\nprocessor declines expired-card\n"
    played = await play(flow, "caller presses 1000442\n" + card * cards + "caller hears Goodbye")
    assert [state for *_, state in played.charges] == ["declined"] * cards
    assert sum("The card has expired" in text for text in played.call.heard) == cards


async def test_pay_hands_the_flows_prompts_to_the_card_side() -> None:
    flow = one_step(
        "pay: {action: charge, amount: invoice.amount, security_code: false, postal_code: true, prompts:"
        " [{for: payment-card-number, attempt: [2, 3], error_type: timeout, say: [line-gap, card-number]}]}",
        WAYS,
    )
    played = await play(flow, "caller presses 1000442\ncard side ends with too-many-failed-attempts")
    (order,) = played.call.orders
    assert (order.security_code, order.postal_code) == (False, True)
    assert order.prompts[0].say == ("line-gap", "card-number")
    assert order.prompts[0].attempt == (2, 3)


@pytest.mark.parametrize(
    ("by", "spoken", "texted"),
    [("voice", True, False), ("sms", False, True), ("[sms, voice]", True, True)],
)
async def test_receipt_goes_where_the_flow_says(by: str, spoken: bool, texted: bool) -> None:
    flow = one_step("pay: {action: charge, amount: invoice.amount}", WAYS, f"receipt: {{receipt: {{by: {by}}}}}")
    played = await play(
        flow,
        """
        caller presses 1000442
        card side reads visa 1111
        caller presses 1
        processor approves
        """,
    )
    assert any("You paid" in line for line in played.call.heard) is spoken
    assert bool(played.call.texted) is texted


TWO_PAYMENTS = flow_of(
    f"""
flow: two-payments
answers: "1"
steps:
  account: {{ask: {{prompt: enter-account, digits: 7, save: account_number}}, next: {{failed: bye}}}}
  find: {{lookup: {{invoice: {{account: account_number}}}}, next: {{not_found: bye, unavailable: bye}}}}
  pay: {{pay: {{action: charge, amount: invoice.amount, decline_attempts: 1}}, next: {{{WAYS}}}}}
  receipt: {{receipt: {{by: voice}}, next: {{done: account}}}}
  bye: {{say: goodbye}}
"""
)
PAID_ONCE = """
    caller presses 1000442
    card side reads visa 1111
    caller presses 1
    processor approves
    caller hears You paid 125.40 USD
    caller presses 2000817
"""


async def test_a_second_payment_that_is_declined_leaves_nothing_to_confirm() -> None:
    again = "card side reads visa 0002\ncaller presses 1\nprocessor declines\ncaller hears Goodbye"
    played = await play(TWO_PAYMENTS, PAID_ONCE + again)
    assert played.call.variables.paid is None


async def test_a_lookup_that_fails_leaves_no_earlier_invoice_to_pay() -> None:
    found = "caller presses 1000442\ncard side ends with caller-interrupted-with-star\n"
    flow = one_step(
        "pay: {action: charge, amount: invoice.amount}", WAYS.replace("cancelled: bye", "cancelled: find")
    )
    played = await play(flow, found + "ledger is down\ncaller hears Goodbye")
    assert played.call.variables.invoice is None
