"""`ivr schema`: what editors are told of the language. The broken flows are judged by it in test_flows_broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ivr.__main__ import main
from ivr.flow.library import flow_files
from ivr.flow.schema import schema
from ivr.flow.steps import VERBS
from tests.flow_play import ROOT
from tests.unit.editors_eye import complaints
from tests.unit.test_flow_loader import GOOD

SHIPPED = flow_files(ROOT / "flows")


ALL_WAYS = """
flow: all-ways
answers: 1000
languages: [no]
may_say: account_number
variables: {asked: 0, vip: false, plan: monthly, price: 9.95}
steps:
  a: {ask: {prompt: [enter-account], digits: 8, save: account_number, give_up: []}, next: {failed: end}}
  b: {say: [ending-in, {last_digits: account_number}]}
  c: {when: true and not vip, next: {no: end}}
  d: {set: {asked: asked + 1, vip: true, plan: '"yearly"', price: 1}}
  pay:
    pay:
      action: charge
      amount: invoice.amount
      valid_card_types: visa
      prompts: {for: security-code, say: security-code-4, attempt: 2, card_type: amex}
    next: {declined: end, too-many-failed-attempts: end, outcome-unknown: end, cancelled: end}
  much:
    ask: {prompt: enter-amount, amount: {currency: USD, least: 1, most: "50.00"}, save: amount}
    next: {failed: end}
  give:
    pay: {action: charge, amount: amount, reference: donation, fee: 2.5%}
    next: {declined: end, too-many-failed-attempts: end, outcome-unknown: end, cancelled: end}
  more:
    ask: {prompt: enter-amount, amount: {currency: JPY, least: 1, most: 50}, save: amount}
    next: {failed: end}
  day:
    ask: {prompt: enter-day, day: {earliest: 1, latest: 60, timezone: Europe/Berlin}, save: day}
    next: {failed: end}
  day-again: {say: [you-entered, {date: day}]}
  more-so:
    pay: {action: charge, amount: amount, reference: top-up, fee: {fixed: 0.30, rate: 2%, least: 1, most: 5}}
    next: {declined: end, too-many-failed-attempts: end, outcome-unknown: end, cancelled: end}
  receipt: {receipt: {by: sms}}
  end:
    hangup:
"""


def described(node: Any, where: str = "") -> Iterator[tuple[str, bool]]:
    """Every key that can be written, and whether the schema says what it means."""
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items():
            yield f"{where}/{name}", "description" in inner or "$ref" in inner
        for name, inner in node.items():
            yield from described(inner, f"{where}/{name}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from described(inner, f"{where}/{index}")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


def test_it_is_a_schema_to_a_validator_of_others() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.stem)
def test_a_shipped_flow_is_right_and_tells_editors_where_the_schema_is(flow: Any) -> None:
    text = flow.read_text(encoding="utf-8")
    assert complaints(text) == []
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")


def test_every_way_of_writing_that_the_loader_takes_is_right_in_an_editor_too() -> None:
    assert complaints(GOOD) == []
    assert complaints(ALL_WAYS) == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_offered_with_what_it_does(verb: str) -> None:
    step, *_ = [
        step for step in schema()["properties"]["steps"]["additionalProperties"]["oneOf"] if step["title"] == verb
    ]
    assert verb in step["properties"][verb]["description"]


def test_every_key_says_what_it_means() -> None:
    # the step's own word; the contract of the card side; what goes together
    together = ("/ask/oneOf/", "/pay/oneOf/", "/allOf/", "/lookup/anyOf/", "/dependentSchemas/")
    written_elsewhere = ("/next", "/PromptRule/", *together)
    assert [
        where
        for where, said in described(schema())
        if not said and not any(word in where for word in written_elsewhere)
    ] == []
