"""tests/flows_broken: flows as people break them, each with what they read then, word for word, beside it.

Nothing here measures time: that a broken flow is refused at once follows from the limits, which hold before anything
is built (test_flow_source, test_flow_loader, test_flow_expression).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ivr.flow.library import check, flow_files
from ivr.flow.problems import Code, report
from tests.flow_play import DEFINED, ROOT, SHIPPED
from tests.unit.editors_eye import complaints

FOLDER = ROOT / "tests" / "flows_broken"
# one is a file, or a folder where it takes several
BROKEN = sorted(path for path in FOLDER.iterdir() if path.suffix != ".txt")
FLOW = pytest.mark.parametrize("flow", BROKEN, ids=lambda flow: flow.stem)

# what a schema can see: the words and their places, not where a call goes
IN_A_SCHEMA = {
    *(Code.UNKNOWN_KEY, Code.MISSING_KEY, Code.WRONG_VALUE, Code.NO_VERB, Code.UNKNOWN_OUTCOME),
    *(Code.UNHANDLED_OUTCOME, Code.PAY_WITHOUT_WAY_OUT),
}
NOT_IN_A_SCHEMA = {
    "hours-nowhere": "a schema knows no map",
    "holidays-of-nowhere": "a schema knows no map",
    "hours-backwards": "a schema compares no times",
    "day-limits-the-wrong-way-round": "a schema compares no numbers",
    "day-of-several-years": "a schema compares no numbers",
    "day-of-no-time-zone": "a schema knows no map",
    "called-and-not-handled": "a schema sees one file, and the outcomes of a flow that is called stand in another",
    "called-otherwise-than-its-file": "a schema knows no names of files",
    "return-not-said": "a schema does not know which step is the last",
    "return-that-is-a-step": "a schema compares no names",
    "context-for-a-person": "a schema does not compare two keys",
    "callback-key-of-a-person": "a schema does not compare two keys",
    "choice-no-key": "01 is the number 1 to an editor",
    **dict.fromkeys(
        ("amount-limits-the-wrong-way-round", "fee-limits-the-wrong-way-round", "fee-far-too-high"),
        "a schema compares no numbers within a text",
    ),
    **dict.fromkeys(
        ("amount-with-too-many-decimals", "amount-beyond-any-card"),
        "a schema does not know the currencies",
    ),
    "digits-backwards": "a schema compares no numbers within a text",
    "duration-too-long": "a schema compares no numbers within a text",
}


def codes(flow: Path) -> set[str]:
    return set(re.findall(r"^\S+: (F[0-9]{3}) ", flow.with_suffix(".txt").read_text(encoding="utf-8"), re.MULTILINE))


@FLOW
def test_a_broken_flow_is_refused_in_these_words(flow: Path) -> None:
    words = report(check(flow, SHIPPED, DEFINED)).replace(f"{FOLDER}/", "")
    assert words == flow.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


@FLOW
def test_an_editor_with_the_schema_sees_what_a_schema_can_see(flow: Path) -> None:
    try:
        seen = any(complaints(file.read_text(encoding="utf-8")) for file in flow_files(flow))
    except (yaml.YAMLError, UnicodeDecodeError):
        seen = True
    if codes(flow) & IN_A_SCHEMA:
        assert seen is (flow.stem not in NOT_IN_A_SCHEMA)


def test_every_message_lies_beside_its_flow_and_every_code_has_a_broken_flow() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {flow.stem for flow in BROKEN}
    assert len(BROKEN) >= 60
    shown = {code for flow in BROKEN for code in codes(flow)}
    assert shown == set(Code)


def test_no_message_speaks_of_what_only_programmers_know() -> None:
    spoken = " ".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt"))
    jargon = [
        "Traceback",
        "None",
        "dict",
        "tuple",
        "NoneType",
        "mapping",
        "scalar",
        "regex",
        "pydantic",
        "{}",
    ]
    assert [word for word in jargon if word in spoken] == []
