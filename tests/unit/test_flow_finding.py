"""An answer to a bill and to the flow's own values: what is found, what is missing, what does not fit."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.bill import Bill
from ivr.flow.answer import read_json
from ivr.flow.call import Value
from ivr.flow.finding import InvoiceAt, read_own
from ivr.flow.place import parse_place
from ivr.money import Money
from tests.unit.test_flow_answer import JSON

PARTS = ("reference", "amount", "currency", "due", "mobile", "email")
WHERE = {part: f"$.{part}" for part in PARTS}
WHOLE = {
    "reference": "INV-1",
    "amount": "125.40",
    "currency": "USD",
    "due": "2026-12-05",
    "mobile": "+15550100123",
    "email": "ada@example.com",
}
BILL = Bill("7", "INV-1", Money(12540, "USD"), date(2026, 12, 5), "+15550100123", "ada@example.com")
OWN: dict[str, Value] = {"plan": "none", "visits": Decimal(0), "vip": False}


def found(answer: object, **changes: str) -> Bill | None:
    return InvoiceAt.model_validate(WHERE | changes).read(read_json(json.dumps(answer).encode()), "7")


def own(answer: object) -> dict[str, Value]:
    places = {name: parse_place(f"$.{name}") for name in OWN}
    return read_own(places, read_json(json.dumps(answer).encode()), OWN)


def test_given_a_whole_answer_then_it_is_a_bill_of_the_callers_account() -> None:
    assert found(WHOLE) == BILL


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("125.40", 12540), (125.4, 12540), (125, 12500), ("125", 12500), ("0.01", 1), ("999999.99", 99_999_999)],
)
def test_given_a_decimal_then_it_is_that_much(amount: object, minor: int) -> None:
    bill = found(WHOLE | {"amount": amount})
    assert bill is not None
    assert bill.amount == Money(minor, "USD")


@pytest.mark.parametrize(("amount", "currency"), [(12540, "USD"), ("12540", "USD"), (12540, "JPY"), (12540, "BHD")])
def test_given_minor_units_then_the_currency_says_how_much_that_is(amount: object, currency: str) -> None:
    bill = found(WHOLE | {"amount": amount, "currency": currency}, amount_in="minor_units")
    assert bill is not None
    assert bill.amount == Money(12540, currency)


def test_given_a_currency_in_the_flow_then_none_is_looked_for() -> None:
    bill = found({"reference": 17, "amount": "5"}, currency="EUR")
    assert bill == Bill("7", "17", Money(500, "EUR"))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"currency": "USD"},
        {"reference": None, "amount": None},
        WHOLE | {"amount": 0},
        WHOLE | {"amount": "0.00"},
    ],
)
def test_given_nothing_owed_then_there_is_no_bill(answer: object) -> None:
    assert found(answer) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reference": None}, "there is no reference"),
        ({"amount": None}, "there is no amount"),
        ({"currency": None}, "there is no currency"),
        ({"reference": ""}, "reference is not a reference"),
        ({"reference": {"id": 1}}, "reference is neither a text nor a number"),
        ({"reference": True}, "reference is neither a text nor a number"),
        ({"reference": "4111111111111111"}, "reference looks like a card number"),
        ({"reference": "a\u202eb"}, "reference has a character in it that cannot be seen"),
        ({"amount": "125.401"}, "amount is not an amount of USD"),
        ({"amount": "125,40"}, "amount is not an amount of USD"),
        ({"amount": "-5"}, "amount is not an amount of USD"),
        ({"amount": 1e300}, "amount is not an amount of USD"),
        ({"amount": [1]}, "amount is neither a text nor a number"),
        ({"amount": 1000000}, "amount is out of range"),
        ({"currency": "usd"}, "currency is not a currency"),
        ({"due": "05.12.2026"}, "due is not a date"),
        ({"due": 20261205}, "due is not a date"),
        ({"mobile": "0155"}, "mobile is not a mobile number"),
        ({"email": "a@b, c@d"}, "email is not an e-mail address"),
    ],
)
def test_given_a_part_that_does_not_fit_then_it_is_named_and_not_repeated(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        found(WHOLE | change)
    assert "4111" not in str(caught.value)


@pytest.mark.parametrize("amount", ["125.40", 1.5, "1e3", -5, 10**12])
def test_given_minor_units_that_are_none_then_it_is_no_amount(amount: object) -> None:
    with pytest.raises(ValueError, match=r"^amount "):
        found(WHOLE | {"amount": amount}, amount_in="minor_units")


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ({"plan": "gold", "visits": 3, "vip": True}, {"plan": "gold", "visits": Decimal(3), "vip": True}),
        ({"plan": 12, "visits": "3.5", "more": [1]}, {"plan": "12", "visits": Decimal("3.5")}),
        ({"plan": None}, {}),
    ],
)
def test_given_values_of_the_right_kind_then_they_are_saved(answer: object, values: dict[str, Value]) -> None:
    assert own(answer) == values


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"vip": "true"}, "vip is not yes or no"),
        ({"vip": 1}, "vip is not yes or no"),
        ({"visits": True}, "visits is not a number"),
        ({"visits": "many"}, "visits is not a number"),
        ({"visits": 1e40}, "visits is not a number"),
        ({"plan": False}, "plan is not a text"),
        ({"plan": ["gold"]}, "plan is not a text"),
        ({"plan": "x" * 201}, "plan is longer than 200 characters"),
        ({"plan": "4111 1111 1111 1111"}, "plan looks like a card number"),
    ],
)
def test_given_values_of_another_kind_then_they_are_refused(answer: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        own(answer)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys((*PARTS, *OWN), JSON)),
    st.sampled_from(["decimal", "minor_units"]),
)
def test_given_any_answer_then_it_is_a_bill_or_none_or_a_value_error(answer: dict[str, object], unit: str) -> None:
    for read in (lambda: found(WHOLE | answer, amount_in=unit), lambda: own(answer)):
        with suppress(ValueError):
            read()
