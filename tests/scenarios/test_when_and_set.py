"""A flow that decides and remembers: large bills are not paid by phone, and nobody is asked forever."""

from __future__ import annotations

from ivr.flow.engine import Ending
from tests.flow_play import flow_of, play

FLOW = flow_of(
    """
flow: careful
answers: "1"
variables: {times_offered: 0, large: false, note: fresh}
may_say: account_number

steps:
  account:
    ask: {prompt: enter-account, digits: 7, save: account_number}
    next: {failed: bye}
  repeat:
    say: [ending-in, {last_digits: account_number}]
  find:
    lookup: {invoice: {account: account_number}}
    next: {not_found: bye, unavailable: bye}
  size:
    set: {large: invoice.amount > 100, note: '"sized"'}
  is-large:
    when: large and language == "en" and note == "sized"
    next: {yes: too-large, no: offer}
  too-large:
    say: payments-not-possible
    next: {done: bye}
  offer:
    menu: {prompt: [you-owe, {money: invoice.amount}], attempts: 1, give_up: [], choices: {9: bye}}
    next: {failed: count}
  count:
    set: {times_offered: times_offered + 1}
  again:
    when: times_offered < 3
    next: {yes: offer, no: bye}
  bye:
    say: goodbye
"""
)


async def test_given_a_large_bill_when_it_is_found_then_the_call_goes_the_way_of_yes() -> None:
    played = await play(
        FLOW,
        """
        caller presses 1000442
        caller hears ending in 0 4 4 2
        caller hears payments are not possible
        caller hears Goodbye
        """,
    )

    assert played.path[2:5] == ["find:found", "size:done", "is-large:yes"]
    assert played.call.variables.own["large"] is True


async def test_given_a_caller_who_says_nothing_when_they_were_asked_three_times_then_the_call_ends() -> None:
    played = await play(FLOW, "caller presses 2000817\ncaller stays silent\ncaller hears You owe 9.90 USD")

    assert [step for step in played.path if step.startswith("again")] == ["again:yes", "again:yes", "again:no"]
    assert (played.ending, played.call.variables.own["times_offered"]) == (Ending.COMPLETED, 3)


async def test_given_one_call_that_counted_when_the_next_begins_then_it_counts_from_the_start() -> None:
    await play(FLOW, "caller presses 2000817\ncaller stays silent")
    played = await play(FLOW, "caller presses 2000817\ncaller presses 9")

    assert played.call.variables.own == {"times_offered": 0, "large": False, "note": "sized"}
