"""The migrations make the tables that the code expects, from nothing, once."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import main as alembic
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex, CreateTable

from ivr.store.database import Database, engine_for, sqlite_url
from ivr.store.errors import SchemaTooNew, StoreUnavailable
from ivr.store.models import UtcDateTime
from ivr.store.schema import head, upgrade
from ivr.store.tables import METADATA

INI = Path(__file__).resolve().parents[2] / "ivr" / "store" / "alembic.ini"


async def on(url: str, look: str) -> object:
    """What a look at the database gives: its tables, its revision, or how it differs from the models."""

    def looked(connection: Connection) -> object:
        context = MigrationContext.configure(connection)
        if look == "revision":
            return context.get_current_revision()
        if look == "differences":
            return compare_metadata(context, METADATA)
        return sorted(inspect(connection).get_table_names())

    engine = engine_for(url, writes=False)
    async with engine.connect() as connection:
        found = await connection.run_sync(looked)
    await engine.dispose()
    return found


async def test_given_no_database_when_upgraded_then_all_tables_are_there_and_match_the_models(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ivr.db")
    await upgrade(url)
    assert await on(url, "tables") == sorted(["alembic_version", *METADATA.tables])
    assert await on(url, "revision") == head()
    assert await on(url, "differences") == []


async def test_given_an_upgraded_database_when_upgraded_again_then_nothing_happens(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ivr.db")
    await upgrade(url)
    before = (tmp_path / "ivr.db").read_bytes()
    await upgrade(url)
    assert (tmp_path / "ivr.db").read_bytes() == before


async def test_given_a_database_of_a_newer_version_then_the_error_says_what_to_do(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ivr.db")
    await upgrade(url)
    async with Database.open(url) as database:
        await database.write(pretend_newer)
    with pytest.raises(SchemaTooNew, match="newer version of Tonewall"):
        await upgrade(url)


async def pretend_newer(session: AsyncSession) -> None:
    await (await session.connection()).exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")


async def test_given_a_new_database_then_only_its_owner_may_read_it(tmp_path: Path) -> None:
    await upgrade(sqlite_url(tmp_path / "ivr.db"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("place", ["absent/ivr.db", "."])
async def test_given_a_place_where_no_database_can_be_then_the_error_says_where_to_look(
    tmp_path: Path, place: str
) -> None:
    with pytest.raises(StoreUnavailable, match=r"the database .* (cannot be created|is not a file)"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path / place}")


async def test_given_a_file_that_is_no_database_then_the_error_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "ivr.db").write_text("account,reference\n" * 200)
    with pytest.raises(StoreUnavailable, match="check `database`"):
        await upgrade(sqlite_url(tmp_path / "ivr.db"))


async def test_given_durable_settings_then_a_commit_is_on_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ivr.db")
    await upgrade(url)
    for writes in (False, True):
        engine = engine_for(url, writes=writes)
        async with engine.connect() as connection:
            settings = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        await engine.dispose()
        assert settings == ["wal", 2, 1]  # 2: FULL


def test_given_the_alembic_command_then_migrations_run_by_hand_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = sqlite_url(tmp_path / "ivr.db")
    for step in (("upgrade", "head"), ("check",), ("downgrade", "base"), ("upgrade", "head")):
        alembic(["-c", str(INI), "-x", f"database={url}", *step])
    with pytest.raises(SystemExit):
        alembic(["-c", str(INI), "upgrade", "head"])
    assert "name the database" in capsys.readouterr().out


def test_given_postgresql_then_the_same_tables_can_be_made_there() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    indexes = [index for table in METADATA.sorted_tables for index in table.indexes]
    made += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    assert any("WHERE state IN ('pending', 'unknown', 'authorized', 'approved')" in statement for statement in made)
    dated = [
        table
        for table in METADATA.sorted_tables
        if any(isinstance(column.type, UtcDateTime) for column in table.columns)
    ]
    assert sum("TIMESTAMP WITH TIME ZONE" in statement for statement in made) == len(dated) > 0


BILL_OF_OLD = "INSERT INTO invoices VALUES (1, '7', 'INV-7', 125, 'USD', NULL, '+15550100123', 'open', '', '')"
TEXT_OF_OLD = "INSERT INTO outbox VALUES (1, 'key', 'sms', '+15550100123', 'words', 'waiting', 0, '', '', NULL, NULL)"


def test_given_a_database_of_the_first_version_then_its_bills_and_messages_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "ivr.db"
    by_hand = ["-c", str(INI), "-x", f"database={sqlite_url(file)}", "upgrade"]
    alembic([*by_hand, "0001"])
    with closing(sqlite3.connect(file)) as old, old:
        old.execute(BILL_OF_OLD)
        old.execute(TEXT_OF_OLD)
    alembic([*by_hand, "head"])
    with closing(sqlite3.connect(file)) as new:
        bills = new.execute("SELECT reference, mobile, email FROM invoices").fetchall()
        messages = new.execute("SELECT text, subject FROM outbox").fetchall()
    assert (bills, messages) == ([("INV-7", "+15550100123", None)], [("words", "")])
