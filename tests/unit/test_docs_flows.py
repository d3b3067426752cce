"""docs/reference/flows.md says what the language is: every verb, key, default and outcome, and none besides."""

from __future__ import annotations

import pytest

from ivr.flow.steps import VERBS
from pci.contract import Brand, EntryError, PromptRule
from tests.unit.reading_docs import keys_of, sections, table, tables

PAGE = sections("reference/flows.md")
VERB = pytest.mark.parametrize("kind", VERBS.values(), ids=VERBS)


def test_given_a_rule_of_prompts_then_its_keys_and_errors_are_listed() -> None:
    (rows,) = [rows for head, rows in tables(PAGE["pay"]) if head == "Key" and "for" in rows]
    assert set(rows) == set(keys_of(PromptRule))
    assert all(error in rows["error_type"][1] for error in EntryError)


def test_given_the_brands_then_each_is_named() -> None:
    default, more = table(PAGE["pay"], "Key")["valid_card_types"]
    assert [brand for brand in Brand if brand not in default and brand not in more] == []
