"""How a flow is read: what is told once, what is told at once, and what a right flow becomes.

The mistakes themselves, each with its message, are in tests/flows_broken.
"""

from __future__ import annotations

import pytest

from ivr.flow.errors import FlowProblems
from ivr.flow.expression import MOST_TOGETHER
from ivr.flow.loader import MOST_STEPS
from ivr.flow.problems import MOST_PROBLEMS, report
from ivr.flow.steps.pay import Pay
from tests.flow_play import flow_of, one_step

GOOD = """\
flow: pay-invoice
languages: [en]
answers: ["1000"]
steps:
  greet:
    say: welcome
  account:
    ask: {prompt: enter-account, digits: 6..10, attempts: 3, save: account_number}
    next: {failed: bye}
  find:
    lookup: {invoice: {account: account_number}}
    next: {not_found: account, unavailable: bye}
  offer:
    menu: {prompt: you-owe, choices: {1: pay, 9: bye}}
  pay:
    pay:
      action: charge
      amount: invoice.amount
      first_digit_timeout: 20s
    next: {declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: offer}
  receipt:
    receipt: {by: [voice, sms]}
  bye:
    say: goodbye
"""


def complaints(text: str) -> str:
    try:
        flow_of(text)
    except FlowProblems as problems:
        return report(problems.problems).replace("flow.yaml:", "")
    return ""


def test_a_flow_that_is_right_has_no_complaints() -> None:
    assert complaints(GOOD) == ""


@pytest.mark.parametrize("text", ["just words", "[a, list]", "flow: x\nanswers: '1'\nsteps: welcome", "steps: {}"])
def test_what_is_no_flow_at_all_is_told_so(text: str) -> None:
    assert complaints(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("say: welcome", "say: welcom").replace("20s", "20").replace("[voice,", "[voise,")
    lines = [line.split(":")[0] for line in complaints(text).splitlines()]
    assert lines == ["6", "19", "22"]


def test_one_mistake_is_told_once() -> None:
    """A step that cannot be read does not make the steps around it look wrong too."""
    assert len(complaints(GOOD.replace("action: charge", "action: steal")).splitlines()) == 1
    assert len(complaints(GOOD.replace("say: welcome", "say: *welcome")).splitlines()) == 1
    assert len(complaints(GOOD.replace("say: welcome", "say: [Welcome!]")).splitlines()) == 1


def test_too_many_steps_and_too_many_problems_end_the_reading() -> None:
    head = GOOD.split("  greet:")[0]
    last = "  bye: {say: goodbye}"
    # a tree of menus, so that none of its steps is too many steps from the first
    below = [
        [step if step < MOST_STEPS - 1 else None for step in (2 * i + 1, 2 * i + 2)] for i in range(MOST_STEPS - 1)
    ]
    choices = [
        ", ".join(f"{key}: {f's{step}' if step else 'bye'}" for key, step in enumerate(pair)) for pair in below
    ]
    steps = [f"  s{i}: {{menu: {{prompt: welcome, choices: {{{pair}}}}}}}" for i, pair in enumerate(choices)]
    assert complaints(head + "\n".join([*steps, last])) == ""
    assert "F002 the flow has 501 steps; write at most 500" in complaints(
        head + "\n".join([*steps, last, "  two: {say: goodbye}"])
    )
    unknown = [f"  s{i}: {{say: welcome, next: {{done: t{i}}}}}" for i in range(MOST_STEPS)]
    assert len(complaints(head + "\n".join(unknown)).splitlines()) == MOST_PROBLEMS


def test_too_many_expressions_are_refused_before_one_is_read() -> None:
    head = "flow: f\nanswers: ['1']\nvariables: {v: true}\nsteps:\n"
    # each fits, and not one of them would be right: only the limit is told
    steps = [f"  s{i}: {{when: {'unknown or ' * 27}v}}" for i in range(MOST_TOGETHER // 300 + 1)]
    what = f"the expressions of the flow have more than {MOST_TOGETHER} characters together"
    assert complaints(head + "\n".join(steps)) == (
        f"5:3: F002 {what}; write fewer or shorter ones, and split it into several flows"
    )
    assert "F302" in complaints(head + "\n".join(steps[:5]))


def test_names_that_yaml_would_take_for_true_or_eight_stay_names() -> None:
    flow = flow_of("flow: no\nanswers: [0123]\nsteps: {on: {say: welcome, next: {done: off}}, off: {say: goodbye}}")
    assert (flow.name, flow.answers, flow.start) == ("no", ("0123",), "on")


def test_without_next_the_call_goes_on_with_the_step_below() -> None:
    flow = flow_of(GOOD)
    assert flow.steps["greet"].next == {"done": "account"}
    assert flow.steps["account"].next == {"done": "find", "failed": "bye"}
    assert flow.steps["offer"].next == {"1": "pay", "9": "bye", "failed": None}
    assert flow.steps["pay"].next["success"] == "receipt"
    assert flow.steps["pay"].next["unavailable"] is None
    assert flow.steps["bye"].next == {"done": None}


def test_a_single_word_may_stand_where_a_list_may() -> None:
    pay = (
        one_step(
            "pay: {action: charge, amount: invoice.amount, valid_card_types: visa,"
            " prompts: {for: security-code, say: security-code-4, attempt: 2, card_type: amex}}",
            "declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye",
        )
        .steps["it"]
        .step
    )
    assert isinstance(pay, Pay)
    (rule,) = pay.prompts
    assert (rule.say, rule.attempt, pay.valid_card_types) == (("security-code-4",), (2,), ("visa",))


@pytest.mark.parametrize(
    ("flow", "step", "input_"),
    [
        ("", "", ("keypad",)),
        ("input: [keypad, speech]\n", "", ("keypad", "speech")),
        ("input: [keypad, speech]\n", "input: keypad", ("keypad",)),
        ("", "input: [keypad, speech]", ("keypad", "speech")),
    ],
)
def test_a_step_is_answered_as_it_says_or_as_its_flow_says(flow: str, step: str, input_: tuple[str, ...]) -> None:
    text = GOOD.replace("steps:\n", f"{flow}steps:\n").replace("first_digit_timeout: 20s", step)
    pay = flow_of(text).steps["pay"].step
    assert isinstance(pay, Pay)
    assert pay.input == input_
