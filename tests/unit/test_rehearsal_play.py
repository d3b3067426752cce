"""A test is played: what it waits for, what it expects, and what its author reads when it goes otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.rehearsal.cards import CARDS
from ivr.rehearsal.coverage import Coverage
from ivr.rehearsal.trial import Verdict, play
from tests.unit.rehearsals import CATALOGUE, FLOW, one_test

CARD = "presses: 1000442#\nhears: card-number\ncard: "
PAID = f"{CARD}approved\npresses: 1\nhears: goodbye"


async def played(call: str, expect: str = "{}") -> Verdict:
    return await play(one_test(call, expect), "it", CATALOGUE)


@pytest.mark.parametrize(
    ("call", "expect"),
    [
        (PAID, "{outcomes: {pay: success}, charges: approved, ledger: {INV-0: paid, INV-1: open}}"),
        (PAID, '{texts: "Payment received: 10.00 USD for bill INV-0, Visa ending 1111. Thank you."}'),
        (f"{CARD}unknown\npresses: 1", "{ledger: {INV-0: being-paid}, charges: unknown, texts: []}"),
        ("presses: 2000817#\ncard: approved\npresses: 1", "{texts: [], ledger: {INV-2: paid}}"),
        (f"{CARD}approved-jcb\nhears: card-type-invalid\ncard: approved-amex\npresses: 1", "{}"),
        (f"{CARD}approved-jcb\ncard: approved-jcb\nhears: payment-cancelled",
         "{outcomes: {pay: too-many-failed-attempts}}"),
        (f"{CARD}approved-amex\nhears: security-code-4\nhears: postal-code\npresses: 1", "{}"),
        ("presses: 1000442#\nledger: down\nhears: goodbye", "{outcomes: {find: unavailable}}"),
        ("stays silent", "{outcomes: {account: failed}}"),
        ("waits\npresses: 1000442#\nhangs up", "{ends: caller-hung-up}"),
        (f"{CARD}approved\npresses: 1\nhears: please-wait-for-bank\nhangs up", "{ends: caller-hung-up, charges: []}"),
        ("presses: 10004420\nhears: wrong-length\npresses: 1000442#\nhears: card-number\nhangs up",
         "{ends: caller-hung-up}"),
        ("presses: 123##\nhears: too-many-tries", "{outcomes: {account: failed}}"),
        ("stays silent\nhears: goodbye\nhangs up", "{ends: caller-hung-up}"),
    ],
)  # fmt: skip
async def test_given_a_call_that_goes_as_written_then_the_test_passes(call: str, expect: str) -> None:
    assert (await played(call, expect)).failures == ()


@pytest.mark.parametrize("card", sorted(CARDS.keys() - {"approved-jcb"}))
async def test_given_any_test_card_then_the_call_comes_to_its_end(card: str) -> None:
    outcomes = {
        taken.step: taken.outcome for taken in (await played(f"presses: 1000442#\ncard: {card}\nstays silent")).trace
    }
    assert "pay" in outcomes


@pytest.mark.parametrize(
    ("call", "line", "failure"),
    [
        ("hears: You owe\npresses: 1", 9,
         "the call waits for an answer (presses, says, waits), and this was not said: You owe\n"
         "said instead: Please enter your account number, then press the pound key."),
        ("presses: 1000442#\nhears: secure-line", 10,
         "the call waits for a card (card: approved), and the dialogue ends here"),
        ("presses: 1000442#\nwaits", 10, "the call waits for a card (card: approved), and the dialogue says: waits"),
        ("card: approved", 9,
         "the call waits for an answer (presses, says, waits), and the dialogue says: card: approved"),
        ("stays silent\npresses: 1", 10, "the call is over, and the dialogue says: presses: 1"),
        ("stays silent\nhears: welcome", 10,
         "the call is over, and this was not said: Welcome to our payment line.\nsaid instead: "
         "Please enter your account number, then press the pound key. "
         "Sorry, I did not get an answer. Please enter your account number, then press the pound key. "
         "Sorry, I could not understand your entry. Please call again, or call our office. Thank you. Goodbye."),
    ],
)  # fmt: skip
async def test_given_a_call_that_goes_otherwise_then_line_and_difference_are_told(
    call: str, line: int, failure: str
) -> None:
    verdict = await played(call)
    assert (verdict.line, verdict.failures) == (line, (failure,))


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("{ends: caller-hung-up}", "ends\nexpected: caller-hung-up\nfound:    completed"),
        ("{outcomes: {pay: declined}}", "outcome of pay\nexpected: declined\nfound:    success"),
        ("{never_hears: payment-approved}", "never_hears: this was said: Your payment was approved."),
        ("{charges: []}", "charges\nexpected: none\nfound:    approved"),
        ("{ledger: {INV-0: open}}", "ledger, INV-0\nexpected: open\nfound:    paid"),
        ("{texts: []}", "texts\nexpected: none\nfound:    Payment received: 10.00 USD for bill INV-0,"
         " Visa ending 1111. Thank you."),
    ],
)  # fmt: skip
async def test_given_an_expectation_that_did_not_come_true_then_both_are_told(expect: str, failure: str) -> None:
    verdict = await played(PAID, expect)
    assert (verdict.line, verdict.failures) == (14, (failure,))


async def test_given_a_step_that_was_never_reached_then_that_is_told() -> None:
    verdict = await played("stays silent", "{outcomes: {pay: success}}")
    assert verdict.failures == ("outcome of pay\nexpected: success\nfound:    the call never came there",)


async def test_given_a_failure_then_the_record_holds_the_call_up_to_it() -> None:
    verdict = await played("presses: 2000817#\ncard: approved\npresses: 9")
    assert verdict.record[:6] == (
        ("hears", "Please enter your account number, then press the pound key."),
        ("presses", "2000817#"),
        ("step", "account: done"),
        ("step", "find: found"),
        ("card side", "You are now alone on the secure line."),
        ("card side", "Please enter your card number, then press the pound key."),
    )
    assert ("card side", "•••• •••• •••• 1111") in verdict.record


async def test_given_a_prompt_that_cannot_be_said_then_the_test_fails_and_says_so() -> None:
    without = replace(
        CATALOGUE, texts={name: CATALOGUE.texts[name] for name in CATALOGUE.texts if name != "card-number"}
    )
    verdict = await play(one_test(PAID), "it", without)
    assert verdict.failures == ("There is no prompt 'card-number' in 'en': add its text to sounds/prompts.yaml.",)


async def test_given_some_calls_then_the_branches_that_none_took_are_named_in_the_order_of_the_file() -> None:
    coverage = Coverage(FLOW)
    assert coverage.missing == ["account", "find", "pay", "bye"]
    coverage.add((await played(PAID)).trace)
    coverage.add((await played("stays silent")).trace)
    assert coverage.missing == [
        *("find: not_found", "find: failed", "find: unavailable"),
        *("pay: declined", "pay: too-many-failed-attempts"),
        *("pay: outcome-unknown", "pay: cancelled", "pay: unavailable", "pay: in-progress"),
    ]
    assert round(coverage.percent) == round(100 * 9 / 18)


async def test_given_a_hang_up_then_the_step_is_taken_and_none_of_its_outcomes() -> None:
    coverage = Coverage(FLOW)
    coverage.add((await played("hears: enter-account\nhangs up", "{ends: caller-hung-up}")).trace)
    assert coverage.taken.intersection(coverage.branches) == {"account"}
