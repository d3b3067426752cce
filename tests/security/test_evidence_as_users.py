"""The evidence of a card side with a user of its own: root sees all of it, that user is told what it cannot see."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.security.as_users import OWNER, as_user, needs_users
from tests.security.test_other_users import ROOT, SURROUNDINGS, folder_of, process

pytestmark = pytest.mark.process


async def evidence(folder: Path, out: str, *before: str) -> dict[str, Any]:
    """What it writes; Asterisk's stand-in runs in here, so this must not block."""
    arguments = ("--config", str(folder / "serve.toml"), "--out", str(folder / out), "--proof", str(folder / "none"))
    command = [*before, sys.executable, "-m", "pci", "evidence", *arguments]
    ended = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | SURROUNDINGS)
    assert await ended.wait() != 2
    found: dict[str, Any] = json.loads((folder / out / "evidence.json").read_text())
    return found


@needs_users
async def test_given_a_card_side_of_its_own_user_then_it_is_seen_not_to_be_dumpable_by_root_and_by_itself() -> None:
    with folder_of(OWNER) as folder:
        async with process("serve", folder) as running:
            as_root = await evidence(folder, "seen-by-root")
            as_itself = await evidence(folder, "seen-by-itself", *as_user(OWNER))
            for found in (as_root, as_itself):
                (card_side,) = (one for one in found["facts"]["census"]["processes"] if one["role"] == "pci")
                assert (card_side["pid"], card_side["uid"]) == (running.pid, OWNER)
                assert (card_side["dumpable"], card_side["core_limit"]) == (False, 0)
            assert as_root["facts"]["census"]["unseen"] == []
            assert str(folder / "serve.sock") in as_itself["facts"]["census"]["unseen"]
            assert [path for path in (folder / "audit").iterdir() if path.stat().st_uid != OWNER] == []
