"""What another PBX asks for with a call: only what it signed just now is understood; what goes back is signed too."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ivr.money import CURRENCIES, Money
from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import (
    ARGUMENT,
    FRESH,
    GIVEN,
    HandedIn,
    HandoverRefused,
    Refusal,
    Result,
    headers,
    read,
    signature_of_order,
    signature_of_result,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BACK = "PJSIP/6000@centre"
RUNS = ("charge", "tokenize", "flow/gift")


def pbx(key: str = "k" * 64, **most: str) -> PbxSettings:
    return PbxSettings.model_construct(None, key=SecretStr(key), returns={"queue": BACK}, runs=RUNS, most_amount=most)


CENTRE = pbx()
ORDER = ["session-0001", "12540", "USD", "1000442", "queue", "charge", str(int(NOW.timestamp()))]


def handed(order: list[str], of: PbxSettings = CENTRE, name: str = "centre") -> list[str]:
    """The arguments with which Asterisk brings a call."""
    return [ARGUMENT, name, *order, signature_of_order(of, order)]


def refusal(args: list[str], now: datetime = NOW, of: PbxSettings = CENTRE) -> Refusal:
    with pytest.raises(HandoverRefused) as refused:
        read(args, {"centre": of}, now)
    return refused.value.refusal


def test_given_an_order_that_is_signed_and_fresh_then_it_is_understood() -> None:
    wanted = HandedIn("centre", "session-0001", "charge", Money(12540, "USD"), "1000442", BACK)
    assert read(handed(ORDER), {"centre": CENTRE}, NOW) == wanted


SESSIONS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{7,20}", fullmatch=True)
NAMES = st.text(string.ascii_letters, min_size=1, max_size=12)


@given(SESSIONS, st.integers(1, 10**11 - 1), st.sampled_from(CURRENCIES), NAMES)
def test_given_any_order_that_is_signed_then_it_is_read_as_it_was_written(
    session: str, minor: int, currency: str, reference: str
) -> None:
    order = [session, str(minor), currency, reference, *ORDER[4:]]
    wanted = HandedIn("centre", session, "charge", Money(minor, currency), reference, BACK)
    assert read(handed(order), {"centre": CENTRE}, NOW) == wanted


@given(st.integers(0, 6), st.text(max_size=30))
def test_given_a_value_that_was_changed_afterwards_then_the_call_is_refused(place: int, value: str) -> None:
    args = handed(ORDER)
    if args[2 + place] != value:
        args[2 + place] = value
        assert refusal(args) in (Refusal.FORGED, Refusal.MALFORMED)


@given(st.lists(st.text(max_size=30), max_size=12))
def test_given_anything_else_then_it_is_refused_and_nothing_else_happens(values: list[str]) -> None:
    assert refusal([ARGUMENT, "centre", *values]) is Refusal.MALFORMED


ODD = ("${SHELL(id)}", "$[1+1]", "a,b", "a\nb", "a\r\nX-Tonewall-Amount: 1", '"x"', "x" * 80, "٣", "", " 1000442")


@pytest.mark.parametrize(
    ("place", "value"), [(place, value) for place in range(7) for value in ODD if value or GIVEN[place] != "Run"]
)
def test_given_a_value_that_asterisk_or_sip_could_take_for_more_then_no_signature_helps_it(
    place: int, value: str
) -> None:
    assert refusal(handed([*ORDER[:place], value, *ORDER[place + 1 :]])) is Refusal.MALFORMED


def test_given_a_card_number_as_a_reference_then_it_is_refused() -> None:
    assert refusal(handed([*ORDER[:3], "4111111111111111", *ORDER[4:]])) is Refusal.MALFORMED


def test_given_the_key_of_another_then_it_is_forged() -> None:
    assert refusal(handed(ORDER, pbx("x" * 64))) is Refusal.FORGED


def test_given_a_signature_of_ours_for_a_result_then_it_is_none_of_an_order() -> None:
    assert refusal([ARGUMENT, "centre", *ORDER, signature_of_result(CENTRE, ORDER)]) is Refusal.FORGED


@pytest.mark.parametrize("apart", [FRESH + timedelta(seconds=1), -FRESH - timedelta(seconds=1)])
def test_given_a_time_that_is_not_now_then_it_is_stale(apart: timedelta) -> None:
    assert refusal(handed(ORDER), NOW + apart) is Refusal.STALE


@pytest.mark.parametrize("name", ["nobody", "", "${TONEWALL_PBX}"])
def test_given_a_pbx_that_is_not_in_the_settings_then_it_is_unknown(name: str) -> None:
    assert refusal(handed(ORDER, name=name)) is Refusal.UNKNOWN_PBX


def test_given_a_place_that_is_not_on_the_list_then_nobody_is_sent_there() -> None:
    assert refusal(handed([*ORDER[:4], "elsewhere", *ORDER[5:]])) is Refusal.RETURN


@pytest.mark.parametrize(
    ("run", "minor", "understood"),
    [
        ("", "12540", "charge"),
        ("tokenize", "0", "tokenize"),
        ("flow/gift", "0", "flow/gift"),
        ("flow/gift", "5", "flow/gift"),
    ],
)
def test_given_what_is_to_be_run_then_it_is_one_of_the_settings(run: str, minor: str, understood: str) -> None:
    wanted = read(handed([ORDER[0], minor, *ORDER[2:5], run, ORDER[6]]), {"centre": CENTRE}, NOW)
    assert (wanted.run, wanted.amount) == (understood, Money(int(minor), "USD") if minor != "0" else None)


@pytest.mark.parametrize(
    ("run", "minor", "why"),
    [
        ("authorize", "12540", Refusal.RUN),
        ("flow/other", "12540", Refusal.RUN),
        ("flow/../gift", "12540", Refusal.MALFORMED),
        ("refund", "12540", Refusal.MALFORMED),
        ("tokenize", "12540", Refusal.AMOUNT),
        ("charge", "0", Refusal.AMOUNT),
    ],
)
def test_given_anything_else_to_be_run_then_it_is_refused(run: str, minor: str, why: Refusal) -> None:
    assert refusal(handed([ORDER[0], minor, *ORDER[2:5], run, ORDER[6]])) is why


def test_given_more_than_the_pbx_may_ask_or_an_unknown_currency_then_it_is_refused() -> None:
    assert refusal(handed(ORDER), of=pbx(USD="125.39")) is Refusal.AMOUNT
    assert refusal(handed([*ORDER[:2], "XXX", *ORDER[3:]])) is Refusal.AMOUNT


def test_given_a_result_then_its_headers_are_signed_and_what_is_empty_is_left_out() -> None:
    told = headers(CENTRE, Result("session-0001", "approved", "visa", "1111", "c1.1"), NOW)
    *values, signature = told.values()
    assert list(told) == [
        f"X-Tonewall-{name}" for name in ("Session", "Status", "Brand", "Last4", "Receipt", "Issued", "Signature")
    ]
    assert signature == signature_of_result(CENTRE, values)
    declined = headers(CENTRE, Result("session-0001", "cancelled"), NOW)
    assert list(declined) == [f"X-Tonewall-{name}" for name in ("Session", "Status", "Issued", "Signature")]


def test_the_program_of_the_guide_makes_orders_that_are_taken() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/howto/another-pbx.md").read_text("utf-8")
    program = re.search(r"```python\n(.+?)```", page, re.DOTALL)
    assert program
    known = defined_by(program[1])
    values = known["order"](("k" * 64).encode(), "12540", "USD", "1000442", "queue", "charge")
    taken = read([ARGUMENT, "centre", *values], {"centre": CENTRE}, datetime.now(UTC))
    assert (taken.amount, taken.reference, taken.back) == (Money(12540, "USD"), "1000442", BACK)


def defined_by(program: str) -> dict[str, Any]:
    """What a program defines."""
    known: dict[str, Any] = {"__name__": "guide"}
    exec(program, known)  # noqa: S102 - it is of our own guide
    return known
