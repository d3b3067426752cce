"""What an API answers: which texts are answers at all, and where in them a value is found."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from ivr.flow.answer import MOST_DEPTH, Number, read_json
from ivr.flow.place import parse_place

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)
ANSWER = b'{"number": "INV-1", "total": {"net amount": 125.40, "minor": 12540}, "items": [{"n": 1}, {"n": null}]}'


def test_given_numbers_then_they_stay_as_they_are_written() -> None:
    assert read_json(b'{"a": 125.40, "b": 1e400, "c": 007e0}'.replace(b"007e0", b"7")) == {
        "a": Number("125.40"),
        "b": Number("1e400"),
        "c": Number("7"),
    }


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"null",
        b"7",
        b'"text"',
        b"<html>",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1),
    ],
    ids=str,
)
def test_given_what_is_no_answer_then_it_is_refused_without_a_word_of_it(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"^the answer is "):
        read_json(octets)


def test_given_an_answer_as_deep_as_may_be_then_it_is_read() -> None:
    assert read_json(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_given_any_octets_then_they_are_an_answer_or_a_value_error(octets: bytes) -> None:
    try:
        answer = read_json(octets)
    except ValueError:
        return
    assert isinstance(answer, list | dict)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("$.number", "INV-1"),
        ("$['number']", "INV-1"),
        ("$.total['net amount']", Number("125.40")),
        ("$.items[0].n", Number("1")),
        ("$.items[-1].n", None),
        ("$.items[7].n", None),
        ("$.number.more", None),
        ("$.number[0]", None),
        ("$.nothing", None),
    ],
)
def test_given_a_place_then_its_value_is_found_or_none(place: str, value: object) -> None:
    assert parse_place(place).find(read_json(ANSWER)) == value


@pytest.mark.parametrize(
    "place",
    [
        *("", "number", "$.", "$.a b", "^$.a", "$.a | $.b", "$[", "$.a[?@.b==1]", "$..a", "$.*", "$[0:9]"),
        *("$[0,1]", "$.a[?match(@.b, '(a+)+$')]", "$" + ".a" * 200, "$" + "[" * 150),
    ],
)
def test_given_what_searches_or_cannot_be_read_then_it_is_no_place(place: str) -> None:
    with pytest.raises(PydanticCustomError, match="problem"):
        parse_place(place)


@given(st.text() | st.from_regex(r"\$[.\[\]a-z0-9'*?@:, ]{0,20}", fullmatch=True), JSON)
def test_given_any_text_then_it_is_a_place_with_one_value_or_a_problem(text: str, answer: object) -> None:
    try:
        place = parse_place(text)
    except PydanticCustomError:
        return
    place.find(read_json(json.dumps([answer]).encode()))
