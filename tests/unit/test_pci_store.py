"""The database file from one version to the next."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pci.errors import StoreTooNew
from pci.store import Store

INSERT = "INSERT INTO tokens VALUES (?, 1, NULL, 'visa', '1111', 'k', x'00', x'00', x'00')"


async def test_given_a_file_of_this_version_when_opened_again_then_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "pci.db"
    async with Store.open(path) as store, store.transaction() as database:
        await database.execute(INSERT, ("tok_1",))
    async with Store.open(path) as store, store.transaction() as database:
        rows = list(await database.execute_fetchall("SELECT token FROM tokens"))
    assert [row["token"] for row in rows] == ["tok_1"]


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
