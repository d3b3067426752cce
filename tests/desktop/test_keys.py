"""Keys of the API: made and revoked by a command, kept as digests, void with the account of their agent."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.accounts.role import Role
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from tests.console.rig import acts_in
from tests.desktop.rig import OPERATOR, served
from tests.standins.live_ivr import write_settings

KEY = r"tonewall_[A-Za-z0-9_-]{43}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    asyncio.run(write_settings(tmp_path, ""))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What the command prints."""
    assert main(["api-keys", *words]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_given_a_key_then_it_is_told_once_and_only_its_digest_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "ivr api-keys make" in said(capsys, "list")
    told = re.search(KEY, said(capsys, "make", "crm-desktop"))
    assert told
    assert re.search(r"crm-desktop +all agents +open +last used: never", said(capsys, "list"))
    assert all(told[0].encode() not in file.read_bytes() for file in folder.glob("ivr.db*"))
    assert "opens nothing any more" in said(capsys, "revoke", "crm-desktop")
    assert "revoked" in said(capsys, "list")


def test_given_a_name_that_cannot_be_used_then_it_is_said_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "begins with a letter" in said(capsys, "make", "4111111111111111", code=2)
    assert "begins with a letter" in said(capsys, "make", "k4111111111111111", code=2)
    assert "ivr api-keys list" in said(capsys, "revoke", "nobody", code=2)
    assert "ivr accounts list" in said(capsys, "make", "--agent", "anna", "x", code=2)
    said(capsys, "make", "x")
    assert "another name" in said(capsys, "make", "x", code=1)


def test_given_what_was_done_with_keys_then_it_is_in_the_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "make", "crm")
    said(capsys, "revoke", "crm")

    async def acts() -> list[tuple[str, str]]:
        async with open_store(sqlite_url(folder / "ivr.db")) as store:
            return [(act.act, act.subject) for act in await acts_in(store)]

    assert asyncio.run(acts()) == [("api-key-made", "crm for all agents"), ("api-key-revoked", "crm")]


async def test_given_a_revoked_key_then_it_opens_nothing_from_the_next_request_on() -> None:
    async with served() as api:
        program = await api.program(name="crm")
        assert (await program.get("/v1/calls")).status == 200
        await api.store.api_keys.revoke("crm")
        assert (await program.get("/v1/calls")).status == 401


async def test_given_an_agent_who_may_not_sign_in_then_their_key_opens_nothing() -> None:
    async with served() as api:
        program = await api.program("anna")
        assert (await program.get("/v1/calls")).status == 200
        account = await api.store.accounts.named("anna")
        assert account is not None
        await api.store.accounts.lock(account.id, locked=True)
        assert (await program.get("/v1/calls")).status == 401


async def test_given_an_account_that_takes_no_calls_then_there_is_no_key_for_it() -> None:
    async with served() as api:
        await api.store.accounts.add("olga", "Olga", Role.AUDITOR)
        with pytest.raises(Exception, match="needs their account"):
            await api.program("olga")
    assert OPERATOR.who == "operator"
