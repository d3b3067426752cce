"""Programs run as other users of this machine, who have no rights here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

OWNER, OTHER = 65533, 65534
needs_users = pytest.mark.usefixtures("users")


def as_user(uid: int, *command: str) -> list[str]:
    """The command line that runs a command as another user."""
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *command]


@cache
def why_not() -> str:
    """Why this cannot be done here; empty if it can."""
    if os.geteuid() != 0:
        return "only root can become other users: run this test as root"
    if shutil.which("setpriv") is None:
        return "needs setpriv (util-linux)"
    probe = as_user(OWNER, sys.executable, "-c", "import pci.app, pci.gate.app")
    root = Path(__file__).resolve().parents[2]
    tried = subprocess.run(probe, cwd=root, capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"another user cannot run {sys.executable}: {tried.stderr.strip()[-200:]}"
