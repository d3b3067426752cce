"""Expressions: what they mean, what they refuse when a flow is loaded, and what they can cost at most."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from ivr.flow.call import Due, Value, Variables
from ivr.flow.errors import MissingVariable
from ivr.flow.expression import LONGEST, MOST_TOKENS, parse
from ivr.flow.known import KNOWN, Kind, kind_of
from ivr.money import Money
from tests.flow_play import ADA, BOB, ENGLISH
from tests.scripted_call import ScriptedCall

OWN = {"tries": Kind.NUMBER, "vip": Kind.YES_NO, "plan": Kind.TEXT}


def call(variables: Variables | None = None) -> ScriptedCall:
    """A call that knows all that a call can know, unless `variables` says otherwise."""
    known = variables or Variables(
        account_number="1000442",
        amount=Money(2500, "USD"),
        day=date(2026, 12, 3),
        invoice=ADA,
        paid=Due(BOB),
        own={"tries": Decimal(1), "vip": False, "plan": "late"},
    )
    scripted = ScriptedCall("", ENGLISH)
    for field in fields(Variables):
        setattr(scripted.variables, field.name, getattr(known, field.name))
    return scripted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("invoice.amount > 125", True),
        ("invoice.amount > 125.40", False),
        ("invoice.amount >= 125.40 and not vip", True),
        ("invoice.amount - paid.amount == 115.50", True),
        ("tries + 1", Decimal(2)),
        ("-tries + 3 <= 2", True),
        ("(vip or tries == 1) and plan != 'monthly'", True),
        ('language == "en" and invoice.currency == "USD"', True),
        ("invoice.has_mobile and vip == false", True),
        ("paid.currency == 'EUR'", False),
        ("account_number == '1000442'", True),
        ("day == '2026-12-03'", True),
        ("tries", Decimal(1)),
        ("'and more'", "and more"),
        ("true", True),
    ],
)
def test_what_an_expression_gives(text: str, value: Value) -> None:
    expression = parse(text, OWN)
    assert expression.value(call()) == value
    assert expression.kind is kind_of(value)


@pytest.mark.parametrize(("name", "needed"), [(name, known.needs) for name, known in KNOWN.items() if known.needs])
def test_a_value_of_the_call_says_what_it_needs_and_fails_without_it(name: str, needed: str) -> None:
    assert parse(name, {}).needs == {needed}
    with pytest.raises(MissingVariable, match=needed):
        parse(name, {}).value(call(Variables()))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "F301 '' cannot be read; compare two values, as in invoice.amount > 100"),
        ("tries >", "F301 'tries >' cannot be read; compare two values, as in invoice.amount > 100"),
        ("tries = 1", "F301 '=' cannot stand in an expression; write == instead"),
        ("tries =1", "F301 '=1' cannot stand in an expression; write == instead"),
        ("vip && vip", "F301 '&&' cannot stand in an expression; write and instead"),
        ("vip AND vip", "F301 'AND' cannot stand in an expression; write and instead"),
        ("vip == yes", "F301 'yes' cannot stand in an expression; write true instead"),
        ("plan == 'late", "F301 a quote is open in \"plan == 'late\"; write the same quote behind the text"),
        ("tries * 2", "F301 '*' cannot stand in an expression; use only == != < <= > >= + - and or not"),
        ("plan =~ '(a+)+$'", "F301 '=~' cannot stand in an expression; write == instead"),
        ("tries.is_nan", "F302 there is no value 'tries.is_nan'; "),
        ("$today == 1", "F301 '$today' cannot stand in an expression; "),
        ("f(tries)", "F302 there is no value 'f'; "),
        ("[tries]", "F301 '[tries]' cannot stand in an expression; "),
        ("invoice.amonut > 1", "F302 there is no value 'invoice.amonut'; did you mean invoice.amount?"),
        ("plan == late", "F302 there is no value 'late'; if it is a text, put it in quotes, as in \"late\"; if"),
        ("card_number == '1'", "F302 'card_number' is the card's and has no name in a flow; leave it to pay"),
        ("invoice.cvv == 1", "F302 'invoice.cvv' is the card's and has no name in a flow; leave it to pay"),
        ("plan > 3", "F303 the values in 'plan > 3' do not fit together; plan is a text: compare it by == or !="),
        ("plan > 'a'", "F303 the values in \"plan > 'a'\" do not fit together; plan is a text"),
        ("plan == 3", "F303 the values in 'plan == 3' do not fit together; plan is a text"),
        ("not tries", "F303 the values in 'not tries' do not fit together; tries is a number: compare it"),
        ("vip and tries", "F303 the values in 'vip and tries' do not fit together; vip is yes or no: write it alone"),
        ("plan + plan", "F303 the values in 'plan + plan' do not fit together; "),
        ("-vip", "F303 the values in '-vip' do not fit together; "),
        ("+".join(["1"] * 60), "F002 this expression has more than 60 words and signs; split it over several steps"),
        ("1" * 400, "F002 this expression has more than 300 characters; split it over several steps"),
    ],
)  # fmt: skip
def test_what_an_expression_refuses_when_it_is_loaded(text: str, problem: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        parse(text, OWN)
    context = refused.value.context or {}
    assert "{code} {what}; {mend}".format(**context).startswith(problem)


WORDS = st.sampled_from(
    [
        *KNOWN,
        *OWN,
        "and",
        "or",
        "not",
        "==",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "(",
        ")",
        "1",
        "2.5",
        "'x'",
        "true",
        "**",
        "=~",
    ]
)


@settings(deadline=None)  # the first expression takes longer: it brings the library
@given(st.lists(WORDS, max_size=MOST_TOKENS + 5).map(" ".join) | st.text(max_size=LONGEST + 5))
def test_whatever_is_written_is_refused_or_gives_a_value_of_its_kind(text: str) -> None:
    try:
        expression = parse(text, OWN)
    except PydanticCustomError:
        return
    assert kind_of(expression.value(call())) is expression.kind


@pytest.mark.parametrize("text", ["(" * 29 + "vip" + ")" * 29, "not " * 59 + "vip", "-" * 57 + "1" + " < 2"])
def test_the_deepest_expression_that_may_be_written_is_computed(text: str) -> None:
    assert isinstance(parse(text, OWN).value(call()), bool)
