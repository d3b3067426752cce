"""Brings a database to the tables of this version."""

from __future__ import annotations

import sqlite3

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.database import engine_for
from ivr.store.errors import SchemaTooNew, StoreUnavailable


async def upgrade(url: str) -> None:
    """Create or migrate the tables behind `url`, in one transaction; does nothing if they are up to date."""
    engine = engine_for(url, writes=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except CommandError as error:
        if isinstance(error.__cause__, ResolutionError):
            raise SchemaTooNew from None
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreUnavailable from error
    finally:
        await engine.dispose()


def migrations() -> Config:
    """Alembic's configuration of the migrations that are inside this package."""
    config = Config()
    config.set_main_option("script_location", "ivr.store:migrations")
    return config


def head() -> str | None:
    """The revision that this version of the code works with."""
    return ScriptDirectory.from_config(migrations()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
