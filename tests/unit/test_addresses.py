"""Which telephone numbers and e-mail addresses may stand where a message is meant to go."""

from __future__ import annotations

from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.addresses import is_e164, is_email


@pytest.mark.parametrize("number", ["+15550100123", "+1234567", "+123456789012345"])
def test_an_international_number_is_one(number: str) -> None:
    assert is_e164(number)


@pytest.mark.parametrize(
    "number", ["", "15550100123", "+0155501", "+12345", "+1234567890123456", "+1555 010", "+15550\n"]
)
def test_any_other_number_is_none(number: str) -> None:
    assert not is_e164(number)


@pytest.mark.parametrize(
    "address", ["ada@example.com", "a.b+c_d@mail.example.co.uk", "o'brien@example.com", f"{'a' * 64}@example.com"]
)
def test_an_address_as_people_have_them_is_one(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "ada@example..com",
        "ada@-example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..b@example.com",
        '"ada"@example.com',
        "ada@[127.0.0.1]",
        "Ada <ada@example.com>",
        "ada@example.com\n",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com,eve@example.com",
        "ада@example.com",
        f"{'a' * 65}@example.com",
        f"ada@{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.com",
    ],
)
def test_what_could_be_more_than_one_plain_address_is_none(address: str) -> None:
    assert not is_email(address)


@given(st.one_of(st.text(), st.emails(), st.from_regex(r"[!-~\s]{1,20}@[!-~\s]{1,20}")))
def test_what_is_taken_for_an_address_is_one_to_the_mail_library_too(text: str) -> None:
    if is_email(text):
        assert Address(addr_spec=text).addr_spec == text
