"""docs/reference/flows.md says what the language is: every verb, key, default and outcome, and none besides."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from ivr.flow.asking import Asking
from ivr.flow.head import Head
from ivr.flow.known import KNOWN
from ivr.flow.model import Step
from ivr.flow.steps import VERBS
from pci.contract import Brand, EntryError, PromptRule
from tests.unit.reading_docs import has_default, keys_of, sections, table, tables

PAGE = sections("reference/flows.md")
VERB = pytest.mark.parametrize("kind", VERBS.values(), ids=VERBS)


def written(kind: type[Step], key: str, value: object) -> str:
    """A default as it would be written in a flow."""
    if issubclass(kind, Asking) and key == "no_match":
        return kind.wrong_keys
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}s"
        case ():
            return "none"
        case (only,):
            return str(only)
        case tuple():
            return f"[{', '.join(map(str, value))}]"
    return str(value)


def without_next(kind: type[Step], outcome: str) -> str:
    if outcome == kind.onward:
        return "below"
    return "ends" if outcome in kind.ends else "must be in next"


def test_given_the_head_then_its_keys_are_the_table_of_the_file() -> None:
    keys = keys_of(Head)
    rows = table(PAGE["The file"], "Key")
    assert list(rows) == list(keys)
    assert [key for key, row in rows.items() if row[0] == "needed"] == [
        key for key, info in keys.items() if not has_default(info)
    ]


@VERB
def test_given_a_verb_then_its_keys_and_defaults_are_its_table(kind: type[Step]) -> None:
    keys = {} if kind.whole else keys_of(kind)
    wanted = {key: written(kind, key, info.default) if has_default(info) else "needed" for key, info in keys.items()}
    assert {key: row[0] for key, row in table(PAGE[kind.verb], "Key").items()} == wanted


@VERB
def test_given_a_verb_then_its_outcomes_are_its_table(kind: type[Step]) -> None:
    rows = table(PAGE[kind.verb], "Outcome")
    assert {outcome: row[0] for outcome, row in rows.items()} == {
        outcome: without_next(kind, outcome) for outcome in kind.outcomes
    }


def test_given_a_rule_of_prompts_then_its_keys_and_errors_are_listed() -> None:
    (rows,) = [rows for head, rows in tables(PAGE["pay"]) if head == "Key" and "for" in rows]
    assert set(rows) == set(keys_of(PromptRule))
    assert all(error in rows["error_type"][1] for error in EntryError)


def test_given_the_brands_then_each_is_named() -> None:
    default, more = table(PAGE["pay"], "Key")["valid_card_types"]
    assert [brand for brand in Brand if brand not in default and brand not in more] == []


def test_given_what_a_flow_knows_then_each_value_is_listed_with_its_kind() -> None:
    rows = table(PAGE["What a flow knows"], "Value")
    assert {name: row[0] for name, row in rows.items()} == {name: str(known.kind) for name, known in KNOWN.items()}


@pytest.mark.parametrize("model", [Head, *VERBS.values()], ids=lambda model: model.__name__)
def test_given_a_key_then_the_page_and_the_schema_say_the_same_of_it(model: type[BaseModel]) -> None:
    rows = table(PAGE["The file" if model is Head else str(getattr(model, "verb", ""))], "Key")
    keys = keys_of(model)
    assert {key: row[1] for key, row in rows.items()} == {
        key: str(keys[key].description).replace("`", "") for key in rows
    }
