"""The lints, each with a flow that fails it and the same flow mended."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr.flow.checks import lint
from ivr.flow.loader import load
from tests.flow_play import SHIPPED, Recorded

HEAD = 'flow: f\nanswers: ["1"]\nsteps:\n'
ASK = "  account: {ask: {prompt: enter-account, digits: 6, save: account_number}, next: {failed: bye}}\n"
FIND = "  find: {lookup: {invoice: {account: account_number}}, next: {not_found: bye, unavailable: bye}}\n"
PAY = (
    "  pay: {pay: {action: charge, amount: invoice.amount}, next: {declined: bye, too-many-failed-attempts: bye,"
    " outcome-unknown: bye, cancelled: bye, unavailable: bye}}\n"
)
BYE = "  bye: {say: goodbye}\n"


def complaints(steps: str, prompts: Mapping[str, Mapping[str, str]] = SHIPPED.texts, head: str = HEAD) -> list[str]:
    source, problems = load((head + steps).encode(), "f.yaml")
    assert source is not None
    assert problems == []
    return [str(problem).removeprefix("f.yaml:") for problem in lint(source, Recorded(prompts))]


def test_a_step_that_no_call_can_reach() -> None:
    wrong = "  greet: {say: welcome, next: {done: bye}}\n  lost: {say: you-owe}\n" + BYE
    assert complaints(wrong) == [
        "5:3: F203 no call can reach the step 'lost'; name it in the next of a step, or remove it"
    ]
    assert complaints(wrong.replace("done: bye", "done: lost")) == []


def test_an_outcome_that_the_flow_must_handle() -> None:
    wrong = ASK.replace(", next: {failed: bye}", "") + BYE
    assert complaints(wrong) == [
        "4:3: F202 the step 'account' does not say where the call goes after 'failed';"
        " add failed: name-of-a-step to its next"
    ]
    assert complaints(ASK + BYE) == []


@pytest.mark.parametrize("outcome", ["declined", "outcome-unknown", "cancelled", "too-many-failed-attempts"])
def test_a_payment_needs_a_way_on_when_it_is_not_paid(outcome: str) -> None:
    wrong = ASK + FIND + PAY.replace(f" {outcome}: bye,", "").replace(f"{{{outcome}: bye, ", "{") + BYE
    (complaint,) = complaints(wrong)
    assert complaint.endswith(
        f"F207 the step 'pay' does not say where the call goes after '{outcome}';"
        f" add {outcome}: name-of-a-step to its next"
    )
    assert complaints(ASK + FIND + PAY + BYE) == []


def test_a_prompt_that_does_not_exist() -> None:
    (complaint,) = complaints("  bye: {say: [goodby]}\n")
    assert complaint == "4:15: F204 there is no prompt 'goodby'; did you mean goodbye?"
    assert complaints(BYE) == []


def test_a_prompt_of_the_verb_itself_that_does_not_exist() -> None:
    without = {prompt: texts for prompt, texts in SHIPPED.texts.items() if prompt != "wrong-length"}
    (complaint,) = complaints(ASK + BYE, without)
    assert complaint.startswith("4:3: F204 there is no prompt 'wrong-length'; ")
    assert complaints(ASK.replace("digits: 6", "no_match: nothing-heard, digits: 6") + BYE, without) == []


def test_a_language_with_a_gap_is_told_once_for_each_prompt() -> None:
    prompts = {"welcome": {"en": "Welcome", "es": "Bienvenido"}, "goodbye": {"en": "Goodbye"}}
    steps = "  greet: {say: [welcome, goodbye]}\n" + BYE
    head = HEAD.replace("steps:", "languages: [en, es]\nsteps:")
    assert complaints(steps, prompts, head) == [
        "5:26: F205 the prompt 'goodbye' has no text in es; add it to sounds/prompts.yaml"
    ]
    assert complaints(steps, {**prompts, "goodbye": {"en": "Goodbye", "es": "Adiós"}}, head) == []


def test_a_prompt_that_was_written_but_not_recorded() -> None:
    class Unrecorded(Recorded):
        def missing(self, language: str) -> list[str]:
            return ["goodbye"]

    source, _ = load((HEAD + BYE).encode(), "f.yaml")
    assert source is not None
    (problem,) = lint(source, Unrecorded(SHIPPED.texts))
    assert (problem.what, problem.mend) == ("the prompt 'goodbye' has no recording in en", "run make sounds")


def test_a_language_in_which_nothing_is_recorded_is_one_problem_and_not_one_for_each_prompt() -> None:
    head = HEAD.replace("steps:", "languages: [en, xx]\nsteps:")
    assert complaints(BYE, head=head) == [
        "3:17: F205 no prompt is recorded in 'xx'; remove the language, or record the prompts"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "  a: {say: welcome, next: {done: b}}\n  b: {say: goodbye, next: {done: a}}\n",
        "  a: {say: welcome, next: {done: a}}\n",
        ASK + FIND.replace("unavailable: bye", "unavailable: find") + BYE,
        ASK + FIND + PAY.replace("unavailable: bye", "unavailable: pay") + BYE,
    ],
    ids=["two-steps", "one-step", "lookup-again", "pay-again"],
)
def test_a_loop_in_which_nobody_is_waited_for(wrong: str) -> None:
    (complaint,) = complaints(wrong)
    assert "F206 the call can go round in " in complaint
    assert complaint.endswith(
        "without waiting for the caller; put an ask or a menu among them, or lead one of them on to another step"
    )


def test_a_loop_that_waits_for_the_caller_is_right() -> None:
    menu = "  menu: {menu: {prompt: you-owe, choices: {1: greet, 9: bye}}, next: {failed: greet}}\n"
    assert complaints("  greet: {say: welcome}\n" + menu + BYE) == []
    assert complaints(ASK.replace("failed: bye", "failed: account") + FIND + BYE) == []


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("  a: {say: {money: invoice.amount}}\n", "'a' before 'invoice' is known; put a lookup that finds it"),
        (FIND + BYE, "'find' before 'account_number' is known; put an ask that saves it"),
        (ASK + FIND.replace("not_found: bye", "not_found: it") + "  it: {say: {money: invoice.amount}}\n" + BYE,
         "'it' before 'invoice' is known; put a lookup that finds it"),
        (ASK + FIND + PAY.replace("declined: bye", "declined: receipt") + "  receipt: {receipt: {by: voice}}\n" + BYE,
         "'receipt' before 'paid' is known; put a pay that succeeds"),
        (ASK.replace("failed: bye", "failed: find") + FIND + BYE,
         "'find' before 'account_number' is known; put an ask that saves it"),
    ],
    ids=["no-lookup", "no-ask", "not-found", "declined", "gave-up"],
)  # fmt: skip
def test_a_value_that_is_not_known_on_every_way_to_the_step(wrong: str, complaint: str) -> None:
    (found,) = complaints(wrong)
    assert f"F209 a call can come to the step {complaint} on every way to it" in found


@pytest.mark.parametrize("outcome", ["success", "outcome-unknown", "in-progress"])
def test_what_may_have_been_paid_cannot_be_paid_again_without_a_new_lookup(outcome: str) -> None:
    menu = "  again: {menu: {prompt: welcome, choices: {1: TARGET, 9: bye}}}\n"
    pay = PAY.replace("outcome-unknown: bye, ", "").replace(
        "{declined", "{success: bye, outcome-unknown: bye, declined"
    )
    pay = pay.replace(f"{outcome}: bye", f"{outcome}: again").replace(
        "unavailable:", "in-progress: bye, unavailable:"
    )
    pay = pay.replace("in-progress: bye", "in-progress: again") if outcome == "in-progress" else pay
    wrong = ASK + FIND + pay + menu.replace("TARGET", "pay") + BYE
    (found,) = complaints(wrong)
    assert "F209 a call can come to the step 'pay' before 'invoice' is known" in found
    assert complaints(ASK + FIND + pay + menu.replace("TARGET", "find") + BYE) == []


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "too-many-failed-attempts"])
def test_what_surely_was_not_paid_can_be_tried_again(outcome: str) -> None:
    menu = "  again: {menu: {prompt: {money: invoice.amount}, choices: {1: pay, 9: bye}}}\n"
    pay = PAY.replace(f"{outcome}: bye", f"{outcome}: again").replace("{declined", "{success: bye, declined")
    assert complaints(ASK + FIND + pay + menu + BYE) == []
