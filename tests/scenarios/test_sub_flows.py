"""Flows that call flows: a call through them, what `ivr test` counts, and what is refused across the border."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.flow.engine import CALL_ENDED, MOST_STEPS, Ending
from ivr.flow.library import check, load_flow, load_flows
from ivr.flow.model import Flow
from ivr.trace.comparing import replay
from ivr.trace.trace import read
from tests.flow_play import ADA, ENGLISH, ROOT, SHIPPED, play
from tests.scripted_call import ScriptedCall
from tests.unit.traced import record

PAY = """
flow: pay
answers: ["1000"]
variables: {tries: 7}
steps:
  verify:
    call: verify
    next: {verified: find, failed: bye}
  find:
    lookup: {invoice: {account: account_number}}
    next: {not_found: again, unavailable: bye}
  owe:
    say: [you-owe, {money: invoice.amount}]
  untouched:
    when: tries == 7
    next: {yes: bye, no: again}
  again:
    menu: {prompt: did-not-understand, choices: {1: verify, 9: bye}}
  bye:
    say: goodbye
"""
VERIFY = """
flow: verify
returns: [verified, failed]
variables: {tries: 0}
steps:
  account:
    ask: {prompt: enter-account, digits: 7, attempts: 1, give_up: [], save: account_number}
    next: {done: verified, failed: count}
  count:
    set: {tries: tries + 1}
  enough:
    when: tries < 2
    next: {yes: account, no: choose}
  choose:
    menu: {prompt: press-1-to-pay, choices: {1: stop, 9: failed}}
    next: {failed: failed}
  stop:
    hangup:
"""


def folder(path: Path, **flows: str) -> Path:
    for name, text in flows.items():
        (path / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def flow(tmp_path: Path) -> Flow:
    return load_flow(folder(tmp_path, pay=PAY, verify=VERIFY) / "pay.yaml", SHIPPED)


async def test_given_a_return_then_the_call_goes_on_where_the_caller_says_with_what_was_found(flow: Flow) -> None:
    played = await play(flow, "caller presses 1000442\ncaller hears You owe 125.40 USD\ncaller hears Goodbye")
    assert played.path == [
        *("verify/account:done", "verify:verified", "find:found", "owe:done", "untouched:yes", "bye:done"),
    ]
    assert played.ending is Ending.COMPLETED


async def test_given_a_second_visit_then_the_variables_of_the_sub_flow_begin_anew(flow: Flow) -> None:
    once = "caller waits\n"
    played = await play(
        flow, f"{once * 1}caller presses 5555555\ncaller presses 1\n{once * 2}caller presses 9\ncaller hears Goodbye"
    )
    assert played.path.count("verify/count:done") == 3
    assert played.path[-3:] == ["verify/choose:9", "verify:failed", "bye:done"]


async def test_given_a_hangup_inside_then_the_call_is_over(flow: Flow) -> None:
    played = await play(flow, "caller waits\ncaller waits\ncaller presses 1")
    assert played.path[-2:] == ["verify/stop:done", f"verify:{CALL_ENDED}"]
    assert played.call.hung_up


async def test_given_a_call_that_was_recorded_then_it_is_replayed_through_the_sub_flow(flow: Flow) -> None:
    dialogue = "caller waits\ncaller presses 1000442\ncaller hears You owe\ncaller hears Goodbye"
    trace = read(await record(flow, ScriptedCall(dialogue, ENGLISH, [ADA])), "trace")
    again = await asyncio.to_thread(replay, trace, flow)
    assert again.same
    assert [taken.step for taken in again.now][:2] == ["verify/account", "verify/count"]


async def test_given_a_caller_who_hangs_up_inside_then_both_steps_say_so(flow: Flow) -> None:
    played = await play(flow, "caller hangs up")
    assert played.path == ["verify/account:caller-hung-up", "verify:caller-hung-up"]


async def test_given_steps_inside_then_they_are_spent_from_the_steps_of_the_call(tmp_path: Path) -> None:
    asking = "{menu: {prompt: welcome, choices: {1: end, 9: done}}, next: {failed: ask}}"
    pay = "flow: pay\nanswers: '1'\nsteps: {again: {call: ask-on, next: {done: again}}}"
    ask_on = f"flow: ask-on\nreturns: done\nsteps: {{ask: {asking}, end: {{hangup: }}}}"
    flow = load_flow(folder(tmp_path, pay=pay, ask_on=ask_on) / "pay.yaml", SHIPPED)
    played = await play(flow, "caller stays silent")
    assert played.ending is Ending.TOO_MANY_STEPS
    assert sum(taken.verb == "menu" for taken in played.trace) == MOST_STEPS - 1
    assert played.call.hung_up


def test_given_a_folder_then_sub_flows_answer_no_number_and_a_file_brings_those_that_it_calls(
    tmp_path: Path,
) -> None:
    folder(tmp_path, pay=PAY, verify=VERIFY)
    for path in (tmp_path, tmp_path / "pay.yaml"):
        book = load_flows(path, SHIPPED)
        assert [flow.name for flow in book.by_number.values()] == ["pay"]
        assert list(book.called) == ["verify"]


AGAIN = "call: verify\n    next: {verified: find, failed: owe}"
PASSES_ON = "flow: pass-on\nreturns: [verified, failed]\nsteps: {inner: {call: verify, next: {verified: verified}}}"
FORGETS = """
flow: verify
returns: verified
steps:
  find: {lookup: {invoice: {account: account_number}}, next: {found: verified, not_found: verified, unavailable: bye}}
  bye: {hangup: }
"""


@pytest.mark.parametrize(
    ("flows", "told"),
    [
        (
            {"pay": PAY.replace("verified: find, failed: bye", "verified: find, failed: find"), "verify": VERIFY},
            "'find' before 'account_number' is known; put an ask",
        ),
        (
            {"pay": PAY.replace("owe:", f"more:\n    {AGAIN}\n  owe:"), "verify": VERIFY},
            "",
        ),
        (
            {"pay": PAY, "verify": FORGETS.replace("returns: verified", "returns: [verified, failed]").replace(
                "not_found: verified", "not_found: failed")},
            "'verify' before 'account_number' is known, which 'verify' needs; put an ask",
        ),
    ],
    ids=["not-after-this-return", "known-whatever-is-called", "needed-inside"],
)  # fmt: skip
def test_what_must_be_known_is_followed_across_the_border(tmp_path: Path, flows: dict[str, str], told: str) -> None:
    words = [problem.what + "; " + problem.mend for problem in check(folder(tmp_path, **flows), SHIPPED)]
    assert bool(words) is bool(told)
    assert not told or any(f"a call can come to the step {told}" in word for word in words)


def test_what_a_sub_flow_forgets_is_forgotten_where_it_was_called(tmp_path: Path) -> None:
    pay = """
flow: pay
answers: "1"
steps:
  account: {ask: {prompt: enter-account, digits: 7, save: account_number}, next: {failed: bye}}
  find: {lookup: {invoice: {account: account_number}}, next: {not_found: bye, unavailable: bye}}
  verify: {call: verify, next: {verified: owe}}
  owe: {say: {money: invoice.amount}}
  bye: {say: goodbye}
"""
    folder(tmp_path, pay=pay, verify=FORGETS)
    assert [problem.what for problem in check(tmp_path, SHIPPED)] == [
        "a call can come to the step 'owe' before 'invoice' is known"
    ]
    folder(tmp_path, verify=FORGETS.replace("not_found: verified", "not_found: bye"))
    assert check(tmp_path, SHIPPED) == []


def test_sub_flows_may_call_sub_flows_and_each_is_told_of_once(tmp_path: Path) -> None:
    passing = PASSES_ON.replace("verified: verified", "verified: verified, failed: failed")
    pay = PAY.replace("call: verify", "call: pass-on")
    folder(tmp_path, pay=pay, pass_on=passing, verify=VERIFY)
    assert check(tmp_path, SHIPPED) == []
    folder(tmp_path, verify=VERIFY.replace("press-1-to-pay", "press-1-to-fly"))
    (problem,) = check(tmp_path, SHIPPED)
    assert problem.what == "there is no prompt 'press-1-to-fly'"


def test_flows_that_call_each_other_are_refused_once_whichever_is_read_first(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        text = f"flow: {one}\nreturns: done\nsteps: {{it: {{call: {other}}}}}"
        folder(tmp_path, **{one: text})
    for path in (tmp_path, tmp_path / "a.yaml", tmp_path / "b.yaml"):
        assert [problem.code for problem in check(path, SHIPPED)] == ["F223"]


TESTS = """
tests:
  verified:
    call:
      - presses: 5555555#
      - hears: did-not-understand
      - presses: 9
    expect: {outcomes: {verify: verified, verify/account: done}}
"""


def test_ivr_test_counts_the_branches_of_a_sub_flow_by_the_tests_of_its_callers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path, pay=PAY, verify=VERIFY)
    tests = tmp_path / "pay.test.yaml"
    tests.write_text(TESTS, encoding="utf-8")
    sounds = ["--sounds", str(ROOT / "sounds")]
    assert main(["test", str(tmp_path), *sounds]) == 0
    assert "verify: 15 % of 13 branches taken by the tests of pay\n" in capsys.readouterr().out
    assert main(["test", str(tmp_path / "verify.yaml"), *sounds]) == 2
    assert "verify answers no number: test the flows that call it" in capsys.readouterr().err
    tests.write_text(TESTS.replace("verify/account: done", "verify/acount: done"), encoding="utf-8")
    assert main(["test", str(tmp_path), *sounds]) == 2
    assert "F201 there is no step 'verify/acount'" in capsys.readouterr().err


def test_tests_beside_a_sub_flow_are_told_where_they_belong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path, pay=PAY, verify=VERIFY)
    (tmp_path / "verify.test.yaml").write_text(TESTS, encoding="utf-8")
    assert main(["test", str(tmp_path), "--sounds", str(ROOT / "sounds")]) == 2
    assert "nobody can dial verify, so it has no tests of its own; move them" in capsys.readouterr().err


def test_a_sub_flow_is_shown_and_not_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(folder(tmp_path, pay=PAY, verify=VERIFY) / "verify.yaml")
    sounds = ["--sounds", str(ROOT / "sounds")]
    assert main(["show", file, *sounds]) == 0
    assert "done ⏎ verified" in capsys.readouterr().out
    assert main(["show", file, "--svg", str(tmp_path / "v.svg"), *sounds]) == 0
    assert "returns verified, failed · en" in (tmp_path / "v.svg").read_text(encoding="utf-8")
    assert main(["simulate", file, *sounds]) == 2
    assert "verify answers no number: simulate a flow that calls it." in capsys.readouterr().err
