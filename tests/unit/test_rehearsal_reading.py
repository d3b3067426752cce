"""A file of tests with a mistake: file, line, column, what is wrong and what to write; no tests are played then."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.errors import FlowProblems
from ivr.flow.problems import Problem
from ivr.rehearsal.lines import Kind
from ivr.rehearsal.suite import Expected
from tests.flow_play import ROOT
from tests.unit.rehearsals import BILLS, one_test, suite_of

MISTAKES = yaml.safe_load((Path(__file__).parent / "rehearsal_mistakes.yaml").read_text(encoding="utf-8"))
WORDS = st.sampled_from(
    [*sorted({*(ROOT / "flows/pay-invoice.test.yaml").read_text().split()}), "tests:", "{", "}", "[", "]", "- "]
)


def told(text: str) -> list[str]:
    with pytest.raises(FlowProblems) as refused:
        suite_of(text)
    return [str(problem).removeprefix("small.test.yaml:") for problem in sorted(refused.value.problems)]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.get("call") or mistake["expect"])
def test_given_a_mistake_then_it_is_told_at_its_place(mistake: dict[str, str]) -> None:
    with pytest.raises(FlowProblems) as refused:
        one_test(mistake.get("call", "waits"), mistake.get("expect", "{}"))
    assert [str(problem) for problem in refused.value.problems] == [f"small.test.yaml:{mistake['message']}"]


@pytest.mark.parametrize(
    ("bill", "message"),
    [
        ("account: 10x, reference: I, amount: 1, currency: USD",
         "F103 this account is not an account; 1 to 11 digits, as a caller keys them"),
        ("account: 1, reference: I, amount: 1.234, currency: USD",
         "F103 this amount is not an amount of USD; write digits and a point, such as 125.00"),
        ("account: 1, reference: I, amount: 1, currency: USD, mobile: 0155",
         "F103 this mobile is not a mobile number; write + and the country code, such as +15550100123, or nothing"),
        ("account: 1, reference: I, amount: 1, currency: USD, paid: true",
         "F101 there is no key 'paid' here; write one of: account, reference, amount, currency, due, mobile, email,"
         " state"),
        ("account: 1, reference: I, amount: 1", "F102 the key 'currency' is missing; add currency:"),
    ],
)  # fmt: skip
def test_given_a_wrong_bill_then_it_is_told_as_for_a_file_of_bills(bill: str, message: str) -> None:
    problems = told(f"bills: [ {{ {bill} }} ]\ntests: {{it: {{call: [waits]}}}}\n")
    assert [problem.split(" ", 1)[1] for problem in problems] == [message]


def test_given_the_same_bill_twice_then_the_second_is_named() -> None:
    bills = BILLS.replace("INV-0", "INV-1")
    assert told(f"{bills}tests: {{it: {{call: [waits]}}}}\n") == [
        "4:37: F103 this reference is that of bill 1, for the same account; write it otherwise"
    ]


def test_given_a_blank_bill_then_it_is_refused_where_it_stands() -> None:
    blank = '{account: " ", reference: " ", amount: " ", currency: " "}'
    assert len(told(f"bills: [{blank}]\ntests: {{it: {{call: [waits]}}}}\n")) == 4


def test_given_several_mistakes_then_all_are_told_at_once() -> None:
    problems = told("tests:\n  a: {call: [wait, {press: 1}]}\n  b: {dails: 1, call: []}\n")
    assert [problem.split(" ")[0] for problem in problems] == ["2:14:", "2:20:", "3:7:", "3:23:"]


def test_given_a_number_that_the_flow_does_not_answer_then_it_is_told() -> None:
    assert told("tests: {it: {dials: 1002, call: [waits]}}") == [
        "1:21: F103 small does not answer '1002'; did you mean 1001?"
    ]


def test_given_the_kinds_of_lines_then_each_can_be_written() -> None:
    lines = ["hears: goodbye", "presses: 1", "says: one double oh", "waits", "stays silent", "hangs up"]
    lines += ["card: approved", "ledger: down", "person: talks"]
    assert [line.kind for line in one_test("\n".join(lines)).cases["it"].call] == [
        kind
        for kind in Kind
        if kind is not Kind.API  # which needs a flow that asks one: test_lookup_at_an_api
    ]


def test_given_no_expectations_then_only_the_ending_is_expected() -> None:
    assert one_test("waits").cases["it"].expect == Expected()


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(WORDS, max_size=40).map(lambda words: " ".join(words).encode())))
def test_given_anything_at_all_then_it_is_tests_or_told_in_one_line_each(data: bytes) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        suite_of(data.decode("latin-1"))
    except FlowProblems as refused:
        problems = refused.problems
    assert all("\n" not in str(problem) and problem.mend for problem in problems)
