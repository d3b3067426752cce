"""Programs written by others that the tests talk to: installed into `.tools/`, run as separate processes.

python -m stack.peers localstripe       install it if it is not there, and serve until stopped
python -m stack.peers localstripe --install-only
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from stack.processes import running

TOOLS: Final = Path(__file__).resolve().parent.parent / ".tools"
INSTALL_SECONDS: Final = 300.0

# localstripe is GPL: it stays in an environment and a process of its own, and nothing of the product imports it
_LOCALSTRIPE: Final = "localstripe==1.15.10"
# its own command listens on every interface and pickles all it knows, card numbers included, into /tmp
_SERVE_LOCALSTRIPE: Final = """
import json, socket
from aiohttp import web
from localstripe.resources import Store
Store.dump_to_disk = lambda self: None
from localstripe.server import app
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print(json.dumps({"ready": True, "url": "http://127.0.0.1:%d" % listener.getsockname()[1]}), flush=True)
web.run_app(app, sock=listener, access_log=None, print=None)
"""


class PeerMissing(Exception):
    """The peer is not installed: run `make peers`."""


def install_localstripe() -> Path:
    """The Python that has localstripe, made now if it is not there; `PeerMissing` if it cannot be installed."""
    folder = TOOLS / "localstripe"
    if not (folder / _LOCALSTRIPE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", _LOCALSTRIPE]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except subprocess.SubprocessError:
            raise PeerMissing(f"{_LOCALSTRIPE} could not be installed into {folder}: run `make peers`") from None
        (folder / _LOCALSTRIPE).touch()
    return folder / "bin" / "python"


def find_localstripe() -> Path:
    """The Python that has localstripe; in CI it is installed if it is not there, elsewhere that is `PeerMissing`."""
    if os.environ.get("CI") or (TOOLS / "localstripe" / _LOCALSTRIPE).exists():
        return install_localstripe()
    raise PeerMissing("localstripe is not installed: run `make peers`")


@contextlib.asynccontextmanager
async def localstripe() -> AsyncIterator[str]:
    """Run it on a free port of loopback for as long as the block runs; gives its URL."""
    async with running("localstripe", [str(find_localstripe()), "-c", _SERVE_LOCALSTRIPE]) as process:
        ready = await process.expect(lambda line: bool(line.get("ready")))
        yield ready["url"]


def main() -> int:
    """Install a peer, and serve it until stopped; the first line on stdout says where."""
    parser = argparse.ArgumentParser(prog="python -m stack.peers", description="Run a program written by others.")
    parser.add_argument("peer", choices=["localstripe"])
    parser.add_argument("--install-only", action="store_true")
    options = parser.parse_args()
    try:
        python = install_localstripe()
    except PeerMissing as error:
        print(error, file=sys.stderr)
        return 1
    if options.install_only:
        print(json.dumps({"installed": str(python)}))
        return 0
    os.execv(python, [str(python), "-c", _SERVE_LOCALSTRIPE])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    raise SystemExit(main())
