"""A run folder is used by one run at a time, and starts out empty."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from stack.errors import FolderInUse


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[Path]:
    """`folder`, emptied, and nobody else's until the context ends. FolderInUse if it is somebody's now.

    The claim ends with this process, however that ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(
                f"{folder.parent.name}/{folder.name} is in use by another run: wait for its end, or stop it"
            ) from None
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        yield folder
