"""A flow that asks the merchant's own API: what is found is owed and saved, all else is one of two outcomes."""

from __future__ import annotations

import io
import json

import pytest

from ivr.flow.errors import FlowProblems
from ivr.rehearsal.ledger import Ledger
from ivr.rehearsal.reading import parse_suite
from ivr.rehearsal.simulating import simulate
from ivr.rehearsal.terminal import Terminal
from ivr.rehearsal.trial import play as rehearse
from tests.flow_play import Played, flow_of, play
from tests.scripted_call import PAID
from tests.unit.rehearsals import CATALOGUE

FLOW = flow_of(
    """
flow: by-crm
answers: "1"
variables: {vip: false, visits: 1}
may_send: account_number
steps:
  account:
    ask: {prompt: enter-account, digits: 7, save: account_number}
    next: {failed: bye}
  find:
    lookup:
      api: crm
      path: /c/{account_number}/{language}
      invoice: {reference: $.number, amount: $.total, currency: USD, mobile: $.mobile}
      save: {vip: $.vip, visits: $.visits}
    next: {not_found: none, unavailable: sorry}
  is-vip:
    when: vip and visits > 2 and invoice.has_mobile
    next: {no: owe}
  welcome:
    say: welcome
  owe:
    say: [you-owe, {money: invoice.amount}]
  bye:
    hangup:
  none:
    say: account-not-found
    next: {done: bye}
  sorry:
    say: lookup-unavailable
    next: {done: bye}
"""
)
WHOLE = {"number": "INV-1", "total": "125.40", "vip": True, "visits": 3, "mobile": "+15550100123"}


async def after(api: str) -> Played:
    """The call of somebody who keys an account, and the API does this."""
    return await play(FLOW, f"caller presses 1000442#\napi {api}")


async def test_given_a_bill_then_it_is_owed_by_the_caller_and_what_is_saved_decides() -> None:
    played = await after(f"answers {json.dumps(WHOLE)}")
    assert played.call.asked == ["crm/c/1000442/en"]
    assert played.path[2:5] == ["is-vip:yes", "welcome:done", "owe:done"]
    assert played.call.heard[-1] == "You owe 125.40 USD"
    invoice = played.call.variables.invoice
    assert invoice is not None
    assert (invoice.account, invoice.reference) == ("1000442", "INV-1")


async def test_given_an_answer_without_what_is_saved_then_the_variables_stay_as_they_were() -> None:
    played = await after('answers {"number": "INV-1", "total": 5}')
    assert played.path[1:3] == ["find:found", "is-vip:no"]
    assert played.call.variables.own == {"vip": False, "visits": 1}


@pytest.mark.parametrize(
    ("api", "outcome"),
    [
        ("finds nothing", "not_found"),
        ("answers {}", "not_found"),
        ('answers {"number": "INV-1", "total": 0}', "not_found"),
        (f'answers {{"number": "{PAID}", "total": 5}}', "not_found"),
        ("is down", "unavailable"),
        ("answers <html>", "unavailable"),
        ('answers {"number": "INV-1", "total": "much"}', "unavailable"),
        ('answers {"number": "INV-1", "total": 5, "visits": "many"}', "unavailable"),
    ],
)
async def test_given_anything_else_then_nothing_is_owed_and_nothing_saved(api: str, outcome: str) -> None:
    played = await after(api)
    assert played.path[1] == f"find:{outcome}"
    assert played.call.variables.invoice is None
    assert played.call.variables.own == {"vip": False, "visits": 1}


TESTS = """
apis:
  crm: {/c/1000442/en: '{"number": "INV-1", "total": "125.40", "vip": true, "visits": 3, "mobile": "+15550100123"}'}
tests:
  found: {call: [presses: 1000442#, hears: 125 dollars and 40 cents], expect: {outcomes: {is-vip: "yes"}}}
  nobody: {call: [presses: 2000817#, hears: account-not-found]}
  unknown now: {call: [presses: 1000442#, api: {crm: not-found}, hears: account-not-found]}
  down: {call: [presses: 1000442#, api: {crm: down}, hears: lookup-unavailable]}
"""


@pytest.mark.parametrize("test", ["found", "nobody", "unknown now", "down"])
async def test_given_answers_beside_the_flow_then_its_tests_need_no_api(test: str) -> None:
    verdict = await rehearse(parse_suite(TESTS.encode(), "by-crm.test.yaml", FLOW, CATALOGUE), test, CATALOGUE)
    assert verdict.failures == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('apis: {crm: {/c: "<html>"}}', "the answer is not JSON; write it in single quotes, as in"),
        ("apis: {crn: {/c: '{}'}}", "the flow asks no api 'crn'; did you mean crm?"),
        ("tests: {it: {call: [api: {crn: down}]}}", "the flow asks no api 'crn'; did you mean crm?"),
        ("tests: {it: {call: [api: {crm: slow}]}}", "api says nothing that can happen; write api: {crm: down}"),
        ("tests: {it: {call: [api]}}", "'api' needs something after it; write api: {crm: down}"),
        ('apis: {crm: {/c: \'{"a": "4111111111111111"}\'}}', "this looks like a card number"),
    ],
)
def test_given_a_mistake_in_the_tests_then_it_is_told(wrong: str, message: str) -> None:
    text = wrong if "tests:" in wrong else f"{wrong}\ntests: {{it: {{call: [waits]}}}}"
    with pytest.raises(FlowProblems) as caught:
        parse_suite(text.encode(), "by-crm.test.yaml", FLOW, CATALOGUE)
    assert message in str(caught.value)
    assert "4111" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", "find (lookup) → found"),
        ("1", "find (lookup) → found"),
        ("not-found", "find (lookup) → not_found"),
        ("2", "find (lookup) → not_found"),
        ("what\ndown", "find (lookup) → unavailable"),
    ],
)
def test_given_a_simulated_call_then_it_asks_what_the_api_answers(typed: str, shown: str) -> None:
    screen = io.StringIO()
    apis = parse_suite(TESTS.encode(), "by-crm.test.yaml", FLOW, CATALOGUE).apis
    keyboard = io.StringIO(f"1000442#\n{typed}\n")
    simulate(FLOW, Ledger(()), CATALOGUE, Terminal(keyboard, screen, down=frozenset(), colour=False, apis=apis))
    assert "The flow asks crm for /c/1000442/en. What does it answer?" in screen.getvalue()
    assert shown in screen.getvalue()
