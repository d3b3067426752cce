"""The stand-in's ledger: every charge once, whatever is sent again, and no card in the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pci.simulator.server import BODY_LIMIT, serving
from tests.unit.sending import charge_body, send


async def test_given_the_same_charge_again_then_the_same_answer_and_one_entry(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body()
        first = await send(url, body)
        assert first[1]["state"] == "approved"
        assert await send(url, body) == first
        assert len((await send(url, None, path="/v1/ledger"))[1]["charges"]) == 1


@pytest.mark.parametrize(
    "change",
    [{"amount": 1}, {"currency": "EUR"}, {"number": "5555555555554444"}, {"reference": "x"}, {"moto": False}],
)
async def test_given_the_same_key_for_another_charge_then_refused(tmp_path: Path, change: dict[str, object]) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body()
        await send(url, body, key="one-key")
        assert await send(url, body | change, key="one-key") == (409, {"error": "idempotency_key_reused"})


async def test_given_another_key_for_the_same_reference_then_refused(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body()
        await send(url, body)
        assert await send(url, body, key="another-key") == (409, {"error": "reference_in_use"})


async def test_given_a_void_of_an_unseen_charge_when_it_comes_then_refused(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body()
        assert (await send(url, {"reference": body["reference"]}, path="/v1/charges/void"))[1]["state"] == "voided"
        assert await send(url, body) == (409, {"error": "voided"})


async def test_given_a_restart_then_the_ledger_is_as_it_was_and_keys_still_count(tmp_path: Path) -> None:
    body = charge_body()
    async with serving(tmp_path / "ledger.sqlite") as url:
        first = await send(url, body)
        before = await send(url, None, path="/v1/ledger")
    async with serving(tmp_path / "ledger.sqlite") as url:
        assert await send(url, None, path="/v1/ledger") == before
        assert await send(url, body) == first


async def test_given_charges_then_no_card_number_is_in_the_files(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        await send(url, charge_body())
        files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"chg-" in files
    assert b"4111111111111111" not in files


BAD = {
    "no body": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a letter in the number": charge_body(number="4111x11111111111"),
    "a number as a number": charge_body(number=4111111111111111),
    "an unknown field": charge_body(cvv="739"),
    "a negative amount": charge_body(amount=-1),
    "an amount with decimals": charge_body(amount=1.5),
    "a month 13": charge_body(expiry="1339"),
    "a long reference": charge_body(reference="x" * 81),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
async def test_given_a_body_that_is_wrong_then_a_constant_refusal(
    tmp_path: Path, body: dict[str, object] | bytes
) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        assert await send(url, body, key="k") == (400, {"error": "bad_request"})
        assert (await send(url, None, path="/v1/ledger"))[1]["charges"] == []


async def test_given_no_login_no_key_or_too_much_then_refused(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        assert (await send(url, charge_body(), login=""))[0] == 401
        assert (await send(url, charge_body(), login="Bearer short"))[0] == 401
        assert (await send(url, charge_body(), key=""))[0] == 400
        assert (await send(url, b"x" * (BODY_LIMIT + 1)))[0] == 413
        assert (await send(url, None, path="/v1/charges?reference=nobody"))[0] == 404
        assert (await send(url, {"lookups": "sometimes"}, path="/v1/conduct", method="PUT"))[0] == 400


async def test_given_a_wrong_check_digit_then_declined(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        _, answer = await send(url, charge_body(number="4111111111111112"))
    assert (answer["state"], answer["decline_code"]) == ("declined", "incorrect_number")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(charge_body())), value=JSON)
async def test_given_any_value_in_any_field_then_it_is_never_an_error_of_ours_nor_echoed(
    tmp_path: Path, field: str, value: object
) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        status, answer = await send(url, charge_body() | {field: value}, key="any-key")
    assert status in (200, 400, 409, 413)
    assert "number" not in answer
    assert status == 200 or set(answer) == {"error"}


async def closed(url: str, how: str, reference: object) -> tuple[int, object]:
    status, answer = await send(url, {"reference": reference}, path=f"/v1/charges/{how}")
    return status, answer.get("state", answer)


async def test_given_a_hold_then_it_is_collected_once_or_voided_and_no_way_leads_back(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        one, two = charge_body(hold=True), charge_body(hold=True)
        assert (await send(url, one))[1]["state"] == (await send(url, two))[1]["state"] == "authorized"
        assert await closed(url, "collect", one["reference"]) == (200, "approved")
        assert await closed(url, "collect", one["reference"]) == (200, "approved")
        assert await closed(url, "void", two["reference"]) == (200, "voided")
        assert await closed(url, "collect", two["reference"]) == (200, "voided")
        assert await closed(url, "collect", "never-seen") == (404, {"error": "not_found"})


async def test_given_a_charge_that_was_declined_when_collected_then_it_stays_declined(tmp_path: Path) -> None:
    async with serving(tmp_path / "ledger.sqlite") as url:
        body = charge_body(number="4000000000000002", hold=True)
        await send(url, body)
        assert await closed(url, "collect", body["reference"]) == (200, "declined")


async def test_given_a_ledger_of_an_earlier_version_then_its_entries_are_still_there(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as earlier:
        earlier.execute(
            "CREATE TABLE entries (reference TEXT PRIMARY KEY, idempotency_key TEXT UNIQUE, order_id TEXT,"
            " amount INTEGER, currency TEXT, brand TEXT, last4 TEXT, moto INTEGER,"
            " state TEXT NOT NULL CHECK (state IN ('approved', 'declined', 'voided')),"
            " decline_code TEXT, approval_code TEXT, created TEXT NOT NULL, voided TEXT) STRICT"
        )
        earlier.execute("INSERT INTO entries (reference, state, created) VALUES ('old', 'approved', 'then')")
        earlier.commit()
    async with serving(tmp_path / "ledger.sqlite") as url:
        await send(url, charge_body(hold=True))
        entries = (await send(url, None, path="/v1/ledger"))[1]["charges"]
        assert [entry["state"] for entry in entries] == ["authorized", "approved"]
