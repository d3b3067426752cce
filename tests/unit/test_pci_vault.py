"""The vault: what goes in comes out only from its own, untouched record, under its own key."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from pci.audit import Audit
from pci.card import Expiry, Pan
from pci.contract import Identifier
from pci.errors import NotFound, RecordBroken, SecretWiped
from pci.keys import KeyRing
from pci.store import Store
from pci.vault import Vault

VISA, AMEX = "4111111111111111", "378282246310005"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "pci.db") as store:
        yield store


@pytest.fixture
async def audit(tmp_path: Path) -> AsyncIterator[Audit]:
    async with Audit.open(tmp_path / "audit", b"k" * 32) as audit:
        yield audit


@pytest.fixture
def vault(store: Store, audit: Audit) -> Vault:
    return Vault(store, KeyRing(os.urandom(32)), audit)


async def put(vault: Vault, number: str = VISA) -> str:
    return await vault.put(Pan(bytearray(number.encode())), Expiry(bytearray(b"1227")))


async def number_of(vault: Vault, token: str) -> str:
    async with vault.use(token) as card:
        assert bytes(card.expiry.reveal()) == b"1227"
        return bytes(card.pan.reveal()).decode()


async def edit(store: Store, statement: str, *values: object) -> None:
    async with store.transaction() as database:
        await database.execute(statement, values)


async def test_a_card_comes_back_for_its_token_and_is_wiped_after_use(vault: Vault) -> None:
    token = await put(vault)
    async with vault.use(token) as card:
        assert bytes(card.pan.reveal()) == VISA.encode()
        assert card.pan.last4 == "1111"
    with pytest.raises(SecretWiped):
        card.pan.reveal()


async def test_tokens_are_random_fit_the_contract_and_look_like_no_card(vault: Vault) -> None:
    tokens = {await put(vault) for _ in range(5)}
    assert len(tokens) == 5
    for token in tokens:
        assert token.startswith("tok_")
        assert TypeAdapter[str](Identifier).validate_python(token) == token
        assert not any(character.isdigit() for character in token)


async def test_the_same_card_twice_looks_different_on_the_disk(vault: Vault, store: Store) -> None:
    await put(vault)
    await put(vault)
    async with store.transaction() as database:
        rows = list(await database.execute_fetchall("SELECT wrapped_key, number, expiry FROM tokens"))
    for column in ("wrapped_key", "number", "expiry"):
        assert rows[0][column] != rows[1][column]


@pytest.mark.parametrize("column", ["number", "expiry", "wrapped_key"])
async def test_given_parts_of_another_record_then_it_does_not_open(vault: Vault, store: Store, column: str) -> None:
    token, other = await put(vault, VISA), await put(vault, AMEX)
    await edit(
        store,
        f"UPDATE tokens SET {column} = (SELECT {column} FROM tokens WHERE token = ?) WHERE token = ?",
        other,
        token,
    )
    with pytest.raises(RecordBroken):
        await number_of(vault, token)
    assert await number_of(vault, other) == AMEX


@pytest.mark.parametrize("change", ["created = created + 1", "number = expiry, expiry = number", "kek_id = 'other'"])
async def test_given_a_relabelled_record_then_it_does_not_open(vault: Vault, store: Store, change: str) -> None:
    token = await put(vault)
    await edit(store, f"UPDATE tokens SET {change}")
    with pytest.raises(RecordBroken):
        await number_of(vault, token)


async def test_given_a_record_under_the_token_of_another_then_it_does_not_open(vault: Vault, store: Store) -> None:
    one, two = await put(vault, VISA), await put(vault, AMEX)
    await edit(store, "DELETE FROM tokens WHERE token = ?", one)
    await edit(store, "UPDATE tokens SET token = ? WHERE token = ?", one, two)
    with pytest.raises(RecordBroken):
        await number_of(vault, one)


@pytest.mark.parametrize("value", [b"", b"x", bytes(28), bytes(40), bytes(100)])
async def test_given_a_damaged_record_then_it_does_not_open(vault: Vault, store: Store, value: bytes) -> None:
    token = await put(vault)
    await edit(store, "UPDATE tokens SET number = ?", value)
    with pytest.raises(RecordBroken):
        await number_of(vault, token)


async def test_given_another_key_then_no_record_opens(vault: Vault, store: Store, audit: Audit) -> None:
    token = await put(vault)
    with pytest.raises(RecordBroken):
        await number_of(Vault(store, KeyRing(os.urandom(32)), audit), token)


async def test_given_a_forgotten_card_then_it_is_gone_from_every_file_of_the_database(
    vault: Vault, store: Store, tmp_path: Path
) -> None:
    token, kept = await put(vault), await put(vault, AMEX)
    async with store.transaction() as database:
        row = next(iter(await database.execute_fetchall("SELECT * FROM tokens WHERE token = ?", (token,))))
    traces = [row["wrapped_key"], row["number"], token.encode()]

    def found() -> list[bytes]:
        files = b"".join(path.read_bytes() for path in tmp_path.glob("pci.db*"))
        return [trace for trace in traces if trace in files]

    assert found() == traces  # the search works
    await vault.forget(token)
    await vault.forget(token)
    assert found() == []
    with pytest.raises(NotFound):
        await number_of(vault, token)
    assert await number_of(vault, kept) == AMEX


async def test_the_file_is_private_durable_and_overwrites_what_it_deletes(store: Store, tmp_path: Path) -> None:
    async with store.transaction() as database:
        settings = [
            next(iter(await database.execute_fetchall(f"PRAGMA {name}")))[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1, 1]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o600}


async def test_given_a_failure_inside_a_transaction_then_nothing_of_it_stays(vault: Vault, store: Store) -> None:
    token = await put(vault)
    with pytest.raises(sqlite3.IntegrityError):
        async with store.transaction() as database:
            await database.execute("DELETE FROM tokens")
            await database.execute("INSERT INTO tokens (token) VALUES (NULL)")
    assert await number_of(vault, token) == VISA
