"""The keys of a flow beside its steps: what it is called, who comes to it, what it may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag

from ivr.flow.call import KEYPAD
from ivr.flow.helpline import Helpline
from ivr.flow.hours import PREFIX, Hours, HoursName
from ivr.flow.inputs import Inputs
from ivr.flow.known import Kind, kind_of
from ivr.flow.problems import Code, Mark, meant, quoted
from ivr.flow.source import Listing, Mapping, Node, Scalar, locate
from ivr.flow.values import (
    LONGEST_VALUE,
    AnyVariable,
    DialledNumber,
    Language,
    Name,
    OwnValue,
    TextVariable,
    VariableName,
    Written,
    listed,
    read_value,
)

DOORS = ("answers", "returns")


def one_number(value: object) -> object:
    """A single number as a list of one, so that both can be written."""
    return [value] if isinstance(value, str) else value


def _answers(value: object) -> str:
    return "by-number" if isinstance(value, dict) else "numbers"


_SOME = Field(min_length=1, max_length=1000)
Answers = Annotated[
    Annotated[tuple[DialledNumber, ...], _SOME, Tag("numbers")]
    | Annotated[dict[DialledNumber, Language], _SOME, Tag("by-number")],
    Discriminator(_answers),
    BeforeValidator(one_number),
]


class Head(Written):
    """The keys of a flow."""

    flow: Name = Field(description="the name: small letters, digits, dashes")
    languages: Annotated[tuple[Language, ...], BeforeValidator(listed)] = Field(
        default=("en",),
        min_length=1,
        max_length=50,
        description="two letters each; a call begins in the first. Every prompt must be recorded in each",
    )
    answers: Answers = Field(
        default=(),
        description='the dialled numbers that this flow takes, in quotes: `["1000", "+15551230000"]`; '
        'or each with the language in which a call to it begins: `{"1000": en, "2000": es}`',
    )
    returns: Annotated[tuple[Name, ...], BeforeValidator(listed)] = Field(
        default=(),
        min_length=1,
        max_length=20,
        description="instead of `answers`, for a flow that others call: the outcomes that it can have",
    )
    variables: dict[VariableName, OwnValue] = Field(
        default={},
        max_length=50,
        description="values of the flow's own, each with what it is when a call begins: `{times_asked: 0}`",
    )
    may_say: Annotated[tuple[TextVariable, ...], BeforeValidator(listed)] = Field(
        default=(), description="what is about a person and may be spoken nevertheless: `account_number`"
    )
    may_send: Annotated[tuple[AnyVariable, ...], BeforeValidator(listed)] = Field(
        default=(), max_length=50, description="what the path of a lookup may send to an api: `account_number`"
    )
    hours: dict[HoursName, Hours] = Field(
        default={}, max_length=20, description="when somebody is there, each under a name: see below"
    )
    person: Helpline | None = Field(
        default=None,
        description="a step that one key leads to from every `ask`, `menu` and `language`: `{key: 0, step: agent}`",
    )
    input: Inputs = Field(
        default=KEYPAD,
        description="how callers answer, where a step says nothing else: `[keypad, speech]` for both",
    )
    # read step by step, so that one wrong step does not hide the next
    steps: object = Field(description="the steps, in order; a call begins with the first")


def returns_of(tree: Node) -> dict[str, Mark]:
    """The returns of a sub-flow, as far as they can be read, each with its place."""
    declared = tree.entries.get("returns") if isinstance(tree, Mapping) else None
    items = declared.items if isinstance(declared, Listing) else [declared]
    return {node.text: node.at for node in items if isinstance(node, Scalar)}


def kinds_of(tree: Node) -> dict[str, Kind]:
    """The variables and hours of the flow by kind, as far as they can be read; Head tells what is wrong with one."""
    declared = tree.entries.get("variables") if isinstance(tree, Mapping) else None
    entries = declared.entries if isinstance(declared, Mapping) else {}
    texts = {name: node.text for name, node in entries.items() if isinstance(node, Scalar)}
    variables = {name: kind_of(read_value(text)) for name, text in texts.items() if len(text) <= LONGEST_VALUE}
    hours = tree.entries.get("hours") if isinstance(tree, Mapping) else None
    named = hours.entries if isinstance(hours, Mapping) else {}
    return variables | dict.fromkeys((f"{PREFIX}{name}" for name in named), Kind.YES_NO)


def door_problems(tree: Node, steps: Mapping) -> Iterator[tuple[Mark, Code, str, str]]:
    """A flow is reached in one way: by its numbers, or by other flows that it returns to."""
    if not isinstance(tree, Mapping):
        return
    doors = {meant(key, DOORS) for key in tree.entries} - {""}
    if not doors:
        mend = 'add answers: ["1000"], or returns: done if other flows call it'
        yield tree.at, Code.MISSING_KEY, "no call comes to this flow", mend
    elif doors == set(DOORS):
        what = "a flow cannot both answer numbers and return to the flow that calls it"
        yield locate(tree, ["returns"], key=True), Code.WRONG_VALUE, what, "remove answers, or returns"
    for name, at in returns_of(tree).items():
        if name in steps.entries:
            what = f"{quoted(name)} is a step and a return"
            yield at, Code.WRONG_VALUE, what, "give one of them another name"
