"""The path of a lookup: what may be written, and that no value in it leads to another place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from yarl import URL

from ivr.flow.call import Value
from ivr.flow.known import Kind
from ivr.flow.path import parse_path

OWN = {"plan": Kind.TEXT, "visits": Kind.NUMBER, "vip": Kind.YES_NO}


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("/", {}, "/"),
        ("/customers/", {}, "/customers/"),
        ("/c/{account_number}/invoice", {"account_number": "1000442"}, "/c/1000442/invoice"),
        (
            "/c?account={account_number}&lang={language}",
            {"account_number": "7", "language": "en"},
            "/c?account=7&lang=en",
        ),
        ("/c/{plan}", {"plan": "a b&c=d?e#f"}, "/c/a%20b%26c%3Dd%3Fe%23f"),
        ("/c/{plan}", {"plan": "élan"}, "/c/%C3%A9lan"),
        ("/c/{visits}/{vip}", {"visits": Decimal("1E+3"), "vip": True}, "/c/1000/true"),
        ("/c/v{plan}.json", {"plan": "1"}, "/c/v1.json"),
    ],
)
def test_given_values_then_they_are_put_in_percent_encoded(text: str, values: dict[str, Value], filled: str) -> None:
    assert parse_path(text, OWN).fill(values) == filled


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "customers",
            "//169.254.169.254/",
            "http://169.254.169.254/",
            "/a//b",
            "/a/../b",
            "/..",
            "/./a",
            "/a/.",
        ),
        *("/a/.", "/%2e%2e/a", "/a b", "/a#b", "/a?b?c", "/a\\b", "/a@b", "/{pan}", "/{a/b}", "/{}", "/a{b"),
        *("/" + "a" * 300, "/a\r\nHost: x", "/{account_number}/../x", "/é"),
    ],
)
def test_given_what_could_lead_elsewhere_then_it_is_no_path(text: str) -> None:
    with pytest.raises(PydanticCustomError, match="problem"):
        parse_path(text, OWN)


@pytest.mark.parametrize("value", ["", ".", "..", "...", "a/b", "a\\b", "../x", "a..b", "%2e%2e", "a\r\nb", "a\0b"])
def test_given_a_value_that_could_lead_elsewhere_then_it_is_not_put_in(value: str) -> None:
    with pytest.raises(ValueError, match="a value cannot be part of a path"):
        parse_path("/c/{plan}/invoice", OWN).fill({"plan": value})


@given(st.text(max_size=30))
def test_given_any_value_then_the_path_leads_where_it_should_or_nowhere(value: str) -> None:
    try:
        filled = parse_path("/c/{plan}/invoice?x={plan}", OWN).fill({"plan": value})
    except ValueError:
        return
    url = URL("https://crm.example.com" + filled, encoded=True)
    assert (url.host, url.parts) == ("crm.example.com", ("/", "c", value, "invoice"))
    assert url.query["x"] == value
