"""What Alembic runs: on the app's connection, or by hand on the database named with `-x database=URL`."""

from __future__ import annotations

import asyncio

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from ivr.store.database import engine_for
from ivr.store.tables import METADATA


def migrate(connection: Connection) -> None:
    """Run the migrations on this connection."""
    # SQLite alters a table by writing it anew: `render_as_batch` makes autogenerate say it that way
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_by_hand() -> None:
    """Open the database that was named on the command line."""
    url = context.get_x_argument(as_dictionary=True).get("database")
    if not isinstance(url, str):
        raise CommandError("name the database: alembic -x database=sqlite+aiosqlite:///ivr.db upgrade head")
    engine = engine_for(url, writes=True)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    raise CommandError("--sql is not supported: the migrations look at the database they change")
given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    migrate(given)
else:
    asyncio.run(migrate_by_hand())
