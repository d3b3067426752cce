"""The database file from one version to the next."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pci.errors import StoreTooNew
from pci.store import _MIGRATIONS, Store

INSERT = "INSERT INTO tokens VALUES (?, 1, NULL, 'visa', '1111', 'k', x'00', x'00', x'00')"


async def test_given_a_file_of_this_version_when_opened_again_then_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "pci.db"
    async with Store.open(path) as store, store.transaction() as database:
        await database.execute(INSERT, ("tok_1",))
    async with Store.open(path) as store, store.transaction() as database:
        rows = list(await database.execute_fetchall("SELECT token FROM tokens"))
    assert [row["token"] for row in rows] == ["tok_1"]


async def test_given_a_file_of_the_first_version_then_its_charges_stay_and_its_cards_are_destroyed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "pci.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_MIGRATIONS[0])
        database.execute("INSERT INTO tokens VALUES ('tok_1', 1, 'k', x'00', x'5ec2e75ec2e75ec2e7', x'00')")
        columns = "charge_id, order_id, capture_id, state, amount, currency, token, brand, last4, processor"
        for number, state in enumerate(("approved", "unknown", "declined")):
            row = (f"chg-{number}", f"inv-{number}", f"cap-{number}", state)
            values = "?, ?, ?, ?, 100, 'USD', 'tok_1', 'visa', '1111', 'simulator', 1.5, 2.5"
            database.execute(f"INSERT INTO charges ({columns}, created, updated) VALUES ({values})", row)
        database.execute("PRAGMA user_version = 1")
        database.commit()

    async with Store.open(path) as store, store.transaction() as open_database:
        query = "SELECT charge_id, action, state, closing, capture_id FROM charges ORDER BY charge_id"
        charges = [tuple(row) for row in await open_database.execute_fetchall(query)]
        tokens = list(await open_database.execute_fetchall("SELECT * FROM tokens"))

    assert charges == [
        ("chg-0", "charge", "approved", None, "cap-0"),
        ("chg-1", "charge", "unknown", None, "cap-1"),
        ("chg-2", "charge", "declined", None, "cap-2"),
    ]
    assert tokens == []
    assert b"\x5e\xc2\xe7" * 3 not in b"".join(file.read_bytes() for file in tmp_path.glob("pci.db*"))


async def test_given_a_file_of_a_newer_version_then_it_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pci.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreTooNew):
        async with Store.open(path):
            pass
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 8, 13])
async def test_given_a_task_that_is_cancelled_in_a_transaction_then_the_next_one_works(
    tmp_path: Path, steps: int
) -> None:
    async def write(store: Store) -> None:
        async with store.transaction() as database:
            for number in range(100):
                await database.execute(INSERT, (f"tok_{number}",))

    async with Store.open(tmp_path / "pci.db") as store:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(write(store))
            for _ in range(steps):
                await asyncio.sleep(0)
            writer.cancel()
        async with store.transaction() as database:
            rows = list(await database.execute_fetchall("SELECT count(*) FROM tokens"))
    assert rows[0][0] == 0


async def test_given_a_link_in_place_of_the_file_then_it_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        async with Store.open(tmp_path / "link"):
            pass
    assert not (tmp_path / "elsewhere").exists()
