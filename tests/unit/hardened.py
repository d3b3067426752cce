"""The configuration as it is rendered, and the same with one line changed."""

from __future__ import annotations

import os
from pathlib import Path

from pci.hardening.check import check, read_files
from pci.hardening.process import Process
from pci.hardening.rule import Finding
from stack.asterisk.render import Ports, choose_passwords, render

CONF = "asterisk.conf"
QUIET = Process(
    pid=1,
    uid=os.geteuid() or 1001,
    options="Cf",
    conf=Path("/nowhere"),
    core_limit="0",
    core_pattern="core",
    dumpable=True,
    ephemeral=range(32768, 61000),
    listeners=(),
)


def rendered(folder: Path) -> Path:
    """Its folder of configuration files."""
    render(
        folder,
        modules=Path("/opt/modules"),
        data=Path("/opt/data"),
        ports=Ports(http=8088, sip=5060, rtp=range(10000, 10010)),
        passwords=choose_passwords(),
    )
    return folder / "etc"


def found(etc: Path) -> list[Finding]:
    return check(read_files(etc / CONF))


def plant(etc: Path, name: str, before: str, after: str) -> None:
    """Change one place of one file; with nothing before, add to its end."""
    path = etc / name
    text = path.read_text() if path.exists() else ""
    if before:
        assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {name}"
    path.touch(mode=0o600)
    path.write_text(text.replace(before, after) if before else f"{text}\n{after}\n")


def line_of(path: Path, text: str) -> int:
    """The only line that holds `text`; 0 for no text at all."""
    if not text:
        return 0
    [number] = [at for at, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    return number
