"""Whatever is in a flow file, and whatever callers, banks and card sides do: nothing but what is promised."""

from __future__ import annotations

from contextlib import suppress

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.engine import MOST_STEPS, Ending, run_flow
from ivr.flow.errors import FlowProblems
from ivr.flow.library import load_flows, parse_flow
from ivr.flow.problems import Problem
from ivr.flow.source import read
from tests.dialogue import DialogueMismatch
from tests.flow_play import ADA, BOB, ENGLISH, ROOT, SHIPPED
from tests.scripted_call import ScriptedCall

UNTIMED = settings(deadline=None)  # the machine is shared: how long an example takes says nothing

SHIPPED_TEXT = (ROOT / "flows" / "pay-invoice.yaml").read_text()
FLOW = load_flows(ROOT / "flows", SHIPPED).by_number["1000"]

WORDS = st.sampled_from(
    [
        *sorted(set(SHIPPED_TEXT.split())),
        "next:",
        "when:",
        "set:",
        "variables:",
        "==",
        "and",
        "(",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!t",
        "<<:",
        "? ",
        "- ",
    ]
)
YAML = st.recursive(
    st.one_of(st.text(max_size=8), st.sampled_from(["welcome", "pay", "invoice.amount", "6..10", "20s", "", "1"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(
                [
                    "flow",
                    "answers",
                    "variables",
                    "steps",
                    "say",
                    "menu",
                    "when",
                    "set",
                    "pay",
                    "next",
                    "prompts",
                    "for",
                    "choices",
                ]
            ),
            inner,
            max_size=4,
        ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"),
    ),
    max_leaves=20,
)


def loads_or_complains(data: bytes) -> None:
    complaints: list[Problem] = []
    try:
        parse_flow(data, "f.yaml", SHIPPED)
    except FlowProblems as refused:
        complaints = list(refused.problems)
    for problem in complaints:
        assert problem.what
        assert problem.mend
        assert "\n" not in str(problem)


@UNTIMED
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    loads_or_complains(data)


@UNTIMED
@given(st.text(max_size=400))
def test_random_text(text: str) -> None:
    loads_or_complains(text.encode("utf-8", "surrogatepass"))


@UNTIMED
@given(st.lists(WORDS, max_size=60), st.sampled_from([" ", "\n", "\n  "]))
def test_random_words_of_the_language(words: list[str], between: str) -> None:
    loads_or_complains(between.join(words).encode())


@UNTIMED
@given(YAML, YAML, YAML)
def test_random_values_in_the_right_places(flow: str, verb: str, argument: str) -> None:
    loads_or_complains(
        f"flow: f\nanswers: ['1']\nsteps: {{a: {{say: {argument}}}, b: {{pay: {verb}}}, c: {flow}}}".encode()
    )


@UNTIMED
@given(st.data())
def test_the_shipped_flow_with_a_piece_cut_out_or_doubled(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SHIPPED_TEXT)))
    end = data.draw(st.integers(start, min(start + 80, len(SHIPPED_TEXT))))
    piece = data.draw(st.sampled_from(["", SHIPPED_TEXT[start:end] * 2, "\t", ": ", "'", "[", "&x "]))
    loads_or_complains((SHIPPED_TEXT[:start] + piece + SHIPPED_TEXT[end:]).encode())


@UNTIMED
@given(st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=6), max_size=5))
def test_what_is_read_is_what_any_yaml_writer_wrote(entries: dict[str, str]) -> None:
    tree, problems = read(yaml.safe_dump(entries, allow_unicode=True).encode(), "f.yaml")
    assert tree is not None
    if "<<" not in entries:
        assert problems == []


BEGINNINGS = st.sampled_from(
    [
        [],
        ["caller presses 1000442#"],
        ["caller presses 9999999#", "caller presses 2000817#", "caller presses 1"],
        ["caller presses 1000442#", "caller presses 1"],
        ["caller presses 1000442#", "caller presses 1", "card side reads visa 1111", "caller presses 1"],
    ]
)
ANSWERS = st.sampled_from(["presses 1000442#", "presses 1", "presses 9", "presses *", "waits", "hangs up"])
CARDS = st.sampled_from(
    ["reads visa 1111", "reads amex 0005", "is down", "refuses", "ends with too-many-failed-attempts"]
)
BANKS = st.sampled_from(
    [
        "approves",
        "declines",
        "declines expired-card",
        "does not answer",
        "was not reached",
        "has another payment open",
    ]
)
# what a call most often asks for, in that order, and now and then something that does not fit
ROUNDS = st.lists(
    st.tuples(CARDS.map("card side {}".format), ANSWERS.map("caller {}".format), BANKS.map("processor {}".format)),
    max_size=3,
).map(lambda rounds: [line for lines in rounds for line in lines])
ODD = st.lists(st.one_of(ANSWERS.map("caller {}".format), BANKS.map("processor {}".format)), max_size=4)


@UNTIMED
@given(BEGINNINGS, ROUNDS, ODD)
async def test_whatever_happens_in_a_call_the_money_rules_hold(
    beginning: list[str], rounds: list[str], odd: list[str]
) -> None:
    call = ScriptedCall("\n".join([*beginning, *rounds, *odd]), ENGLISH, (ADA, BOB))
    taken: list[str] = []
    ending = None
    with suppress(DialogueMismatch):  # it ran out, or went on with what cannot come next: the rules hold up to there
        ending = await run_flow(FLOW, call, lambda step: taken.append(step.outcome))
    told = " ".join(call.heard)
    states = [str(attempt.state) for attempt in call.attempts]
    assert len(taken) <= MOST_STEPS
    assert states.count("approved") <= 1
    assert ("was approved" in told) <= ("approved" in states)
    assert ("could not confirm" in told) <= ("unknown" in states)
    assert told.count("One moment, please") >= len(states), "nothing is charged unannounced"
    assert told.count("To confirm, press 1.") >= len(states), "nothing is charged unconfirmed"
    if ending is Ending.COMPLETED:
        assert call.hung_up
        assert call.heard[-1] == ENGLISH["goodbye"]
