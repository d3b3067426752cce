"""One writer at a time, readers beside it; a write that began is finished whatever becomes of its caller."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from ivr.store.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]
Sessions = async_sessionmaker[AsyncSession]
Clock = Callable[[], datetime]
_BUSY_SECONDS = 10


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite+aiosqlite:///{path.resolve()}"


def engine_for(url: str, *, writes: bool) -> AsyncEngine:
    """A pool of connections: for SQLite a single one for writing. Errors show no value of a row."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        _create_private_file(Path(parsed.database))
    size = 1 if writes else 4
    engine = create_async_engine(parsed, hide_parameters=True, pool_size=size, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _durable)
    event.listen(engine.sync_engine, "begin", _begin_writing if writes else _begin_reading)
    return engine


def _create_private_file(path: Path) -> None:
    """The file holds telephone numbers: only its owner reads it. SQLite gives its side files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        # not opened to find out: closing it again would drop the locks that this process holds on it
        if path.is_file() and os.access(path, os.R_OK | os.W_OK):
            return
        raise StoreUnavailable(f"the database {path} is not a file that this user may read and write") from None
    except OSError as error:
        raise StoreUnavailable(f"the database {path} cannot be created: {error.strerror}") from None


def _durable(connection: Any, _record: object) -> None:  # noqa: ANN401 - whichever DBAPI connection the pool made
    # the driver's own BEGIN comes too late (before the first INSERT): ours decides who may write
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_writing(connection: Connection) -> None:
    # a lock that is taken at once can be waited for; one that is upgraded later fails with "database is locked"
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


class Database:
    """Transactions on the ledger. Made by `Database.open`."""

    def __init__(self, reader: AsyncEngine, writer: AsyncEngine, tasks: asyncio.TaskGroup, clock: Clock) -> None:
        self.now = clock
        self._reading = async_sessionmaker(reader, expire_on_commit=False)
        self._writing = async_sessionmaker(writer, expire_on_commit=False)
        self._tasks = tasks

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, clock: Clock = utc_now) -> AsyncIterator[Database]:
        """The database behind `url`, which `upgrade` has brought up to date; waits for what still runs at the end."""
        reader, writer = engine_for(url, writes=False), engine_for(url, writes=True)
        tasks = asyncio.TaskGroup()
        await tasks.__aenter__()
        try:
            yield cls(reader, writer, tasks, clock)
        finally:
            # told of no error, the group waits for what is under way instead of cancelling them
            await tasks.__aexit__(None, None, None)
            await reader.dispose()
            await writer.dispose()

    async def read(self, work: Work[T]) -> T:
        """What `work` finds in one consistent view; `StoreUnavailable` if the database fails.

        A caller who is cancelled (a hang-up) leaves; a connection that was torn away from its thread could not be
        used again, so `work` still comes to its end.
        """
        return await self._see_through(self._reading, work)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction: all of it is committed, or nothing.

        A caller who is cancelled (a hang-up) leaves; the transaction still ends as it would have.
        """
        return await self._see_through(self._writing, work)

    async def _see_through(self, sessions: Sessions, work: Work[T]) -> T:
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        outcome.add_done_callback(_retrieved)
        self._tasks.create_task(self._transaction(sessions, work, outcome))
        return await asyncio.shield(outcome)

    async def _transaction(self, sessions: Sessions, work: Work[T], outcome: asyncio.Future[T]) -> None:
        try:
            async with sessions() as session, session.begin():
                result = await work(session)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            failure = StoreUnavailable()
            failure.__cause__ = error
            outcome.set_exception(failure)
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to the task group
            outcome.set_exception(error)
        except BaseException:
            outcome.cancel()
            raise
        else:
            outcome.set_result(result)


def _retrieved(outcome: asyncio.Future[Any]) -> None:
    # the caller may have left: then nobody else reads the exception, and asyncio would complain at exit
    if not outcome.cancelled():
        outcome.exception()
