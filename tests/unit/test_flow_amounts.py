"""Amounts that are keyed, and the fees on them: exact to the smallest unit, whatever the currency."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ivr.flow.amounts import MOST_MINOR, KeyedAmount
from ivr.flow.fee import MOST_PERCENT, Fee, one_word
from ivr.flow.values import MOST_KEYS
from ivr.money import CURRENCIES, Money, exponent, parse_amount

DOLLARS = KeyedAmount(currency="USD", least="1.00", most="5000.00")
CURRENCY = st.sampled_from(CURRENCIES)
MINOR = st.integers(1, MOST_MINOR - 1)
PER_MILLE = st.integers(1, MOST_PERCENT * 1000)  # thousandths of a per cent
HUNDREDTHS = st.integers(0, 100_000)


def keys_for(amount: Money) -> str:
    return str(amount).replace(".", "*")


def hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02}"


@pytest.mark.parametrize(
    ("keys", "minor"), [("125", 12500), ("125*50", 12550), ("1", 100), ("5000*00", 500000), ("0012*05", 1205)]
)
def test_given_keys_then_star_is_the_decimal_point_and_without_it_they_are_whole_units(keys: str, minor: int) -> None:
    assert DOLLARS.read(keys) == Money(minor, "USD")


@pytest.mark.parametrize(
    "keys", ["", "*", "12*", "*50", "12*5", "12*505", "1*2*3", "12#50", "0", "5000*01", "0*99", "١٢"]
)
def test_given_keys_that_are_no_amount_or_outside_the_limits_then_they_do_not_fit(keys: str) -> None:
    assert DOLLARS.read(keys) is None


@given(st.text("0123456789*#", max_size=14))
def test_given_any_keys_then_what_is_read_lies_within_the_limits(keys: str) -> None:
    amount = DOLLARS.read(keys)
    assert amount is None or 100 <= amount.minor <= 500_000


@given(CURRENCY, MINOR, MINOR, MINOR)
def test_given_an_amount_within_the_limits_then_it_can_be_keyed_in_any_currency_with_fewer_keys_than_a_card_has(
    currency: str, least: int, amount: int, most: int
) -> None:
    least, amount, most = sorted((least, amount, most))
    limits = [str(Money(minor, currency)) for minor in (least, most)]
    wanted = KeyedAmount(currency=currency, least=limits[0], most=limits[1])
    keys = keys_for(Money(amount, currency))
    assert wanted.read(keys) == Money(amount, currency)
    assert len(keys) <= wanted.most_keys < MOST_KEYS


@pytest.mark.parametrize(
    ("written", "minor", "fee"),
    [
        ("2.50", 12540, 250),
        ("2.5%", 12540, 314),  # 3.135
        ("2.5%", 12520, 313),  # 3.13
        ("2.5%", 20, 1),  # 0.005: half a cent is one
        ("2.5%", 19, 0),
        ("0.001%", 100, 0),
    ],
)
def test_given_a_fee_then_it_is_rounded_half_up_to_the_cent(written: str, minor: int, fee: int) -> None:
    assert Fee.model_validate(one_word(written)).on(Money(minor, "USD")) == Money(fee, "USD")


@given(CURRENCY, MINOR, PER_MILLE, HUNDREDTHS, HUNDREDTHS, HUNDREDTHS)
def test_given_any_fee_then_it_is_the_exact_one_within_half_a_unit_and_within_its_limits(
    currency: str, minor: int, rate: int, fixed: int, least: int, most: int
) -> None:
    assume(least <= most)
    fee = Fee(
        fixed=hundredths(fixed),
        rate=f"{rate // 1000}.{rate % 1000:03}%",
        least=hundredths(least),
        most=hundredths(most),
    )
    unit = Fraction(10 ** exponent(currency), 100)
    exact = Fraction(minor * rate, 100_000) + fixed * unit
    exact = min(max(exact, least * unit), most * unit)
    off = fee.on(Money(minor, currency)).minor - exact
    assert -Fraction(1, 2) < off <= Fraction(1, 2)


@given(PER_MILLE, MINOR, MINOR)
def test_given_a_larger_amount_then_its_fee_is_never_smaller(rate: int, one: int, other: int) -> None:
    fee = Fee(rate=f"{rate // 1000}.{rate % 1000:03}%")
    small, large = sorted((one, other))
    assert fee.on(Money(small, "EUR")).minor <= fee.on(Money(large, "EUR")).minor


@given(CURRENCY, MINOR)
def test_given_a_fixed_fee_then_it_does_not_depend_on_the_amount(currency: str, minor: int) -> None:
    assert Fee(fixed="3").on(Money(minor, currency)) == parse_amount("3", currency)
