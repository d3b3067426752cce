"""Cards: brands, lengths, check digits, expiry dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.card import Pan, brand_of, is_card_number, is_expiry, luhn, mask, security_code_length
from pci.contract import Brand

TODAY = date(2026, 11, 22)
# the test numbers that processors publish
TEST_CARDS = {
    "4111111111111111": Brand.VISA,
    "4222222222222": Brand.VISA,
    "4000056655665556": Brand.VISA,
    "5555555555554444": Brand.MASTERCARD,
    "2223003122003222": Brand.MASTERCARD,
    "2720992711828767": Brand.MASTERCARD,
    "378282246310005": Brand.AMEX,
    "341111111111111": Brand.AMEX,
    "6011111111111117": Brand.DISCOVER,
    "6445644564456445": Brand.DISCOVER,
    "6500000000000002": Brand.DISCOVER,
    "30569309025904": Brand.DINERS,
    "36227206271667": Brand.DINERS,
    "38520000023237": Brand.DINERS,
    "3530111333300000": Brand.JCB,
    "213112345678904": Brand.JCB,
    "6200000000000005": Brand.UNIONPAY,
    "8171999927660000": Brand.UNIONPAY,
    "6759649826438453": Brand.MAESTRO,
    "5018000000000009": Brand.MAESTRO,
}


@pytest.mark.parametrize(("number", "brand"), TEST_CARDS.items())
def test_a_published_test_number_is_a_card_of_its_brand(number: str, brand: Brand) -> None:
    digits = bytearray(number.encode())
    assert brand_of(digits) is brand
    assert is_card_number(digits)


@pytest.mark.parametrize(
    ("prefix", "brand"),
    [
        ("", None),
        ("5", None),
        ("2220", None),
        ("2221", Brand.MASTERCARD),
        ("2720", Brand.MASTERCARD),
        ("2721", None),
        ("3", None),
        ("306", None),
        ("3095", Brand.DINERS),
        ("3527", None),
        ("3589", Brand.JCB),
        ("643", None),
        ("9", None),
    ],
)
def test_a_brand_is_named_as_soon_as_its_prefix_shows_and_no_sooner(prefix: str, brand: Brand | None) -> None:
    assert brand_of(bytearray(prefix.encode())) is brand


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111112",  # check digit
        "411111111111111",  # 15 digits are no Visa
        "55555555555544440",  # 17 digits are no Mastercard
        "3782822463100050",  # 16 digits are no Amex
        "9999999999999995",  # no brand of ours, though the check digit is right
        "",
        "4",
    ],
)
def test_what_is_no_card_number_is_refused(number: str) -> None:
    digits = bytearray(number.encode())
    assert not is_card_number(digits)
    with pytest.raises(ValueError, match=r"^not a card number$"):
        Pan(digits)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_exactly_one_check_digit_makes_a_number_right(body: str) -> None:
    right = [digit for digit in "0123456789" if luhn(bytearray((body + digit).encode()))]
    assert len(right) == 1


@given(st.text("0123456789", min_size=2, max_size=30), st.data())
def test_one_mistyped_digit_never_passes(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from("0123456789".replace(number[place], "")))
    wrong = number[:place] + other + number[place + 1 :]
    assert not (luhn(bytearray(number.encode())) and luhn(bytearray(wrong.encode())))


@given(st.text("0123456789", max_size=40))
def test_any_digits_are_judged_without_an_error(keyed: str) -> None:
    digits = bytearray(keyed.encode())
    if is_card_number(digits):
        assert brand_of(digits) is not None
        assert 12 <= len(keyed) <= 19


@pytest.mark.parametrize(
    ("keyed", "good"),
    [
        ("1126", True),  # this month: valid through its last day
        ("1026", False),
        ("1226", True),
        ("0127", True),
        ("1225", False),
        ("1146", True),
        ("1246", False),  # more than twenty years off
        ("0027", False),
        ("1327", False),
        ("127", False),
        ("01227", False),
        ("", False),
    ],
)
def test_an_expiry_date_is_a_month_that_is_not_over(keyed: str, good: bool) -> None:
    assert is_expiry(bytearray(keyed.encode()), TODAY) is good


def test_a_card_is_valid_on_the_last_day_of_its_month_and_not_on_the_next() -> None:
    assert is_expiry(bytearray(b"1126"), date(2026, 11, 30))
    assert not is_expiry(bytearray(b"1126"), date(2026, 12, 1))


def test_only_amex_has_four_digits_of_security_code() -> None:
    assert {brand for brand in Brand if security_code_length(brand) == 4} == {Brand.AMEX}
    assert {security_code_length(brand) for brand in Brand} == {3, 4}


def test_people_are_shown_the_last_four_digits_only() -> None:
    pan = Pan(bytearray(b"4111111111111111"))
    assert mask(pan.last4) == "•••• 1111"
    assert pan.brand is Brand.VISA
