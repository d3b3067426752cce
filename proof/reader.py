"""Who may read the card side's memory: not the user that it runs as, so whoever proves has to be root over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from stack.errors import NotStarted

_UNSHARE: Final = ("unshare", "--user", "--map-root-user", "--")


class MayNotRead(NotStarted):
    """Only root may read the memory of the card side."""


def become_reader(arguments: Sequence[str]) -> None:
    """Start the proof anew as root over what it starts and nothing else: in a user namespace of its own.

    Root needs none, and nothing is done. `MayNotRead` if this system lets nobody else have one.
    """
    if os.geteuid() == 0:
        return
    with suppress(OSError):
        if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0:
            os.execvp(_UNSHARE[0], [*_UNSHARE, sys.executable, "-m", "proof", *arguments])  # noqa: S606 - no shell
    raise MayNotRead(
        "the card side lets nobody but root read its memory, and this system has no user namespaces for others."
        " Mend: `sudo make prove`"
    )
