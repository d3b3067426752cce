"""The package archives that this machine can unpack from: its own distribution's, and Debian's.

No host is named here: the mirror is the one that the machine's own apt sources use.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stack.errors import DebianError

KEYRINGS = Path("/usr/share/keyrings")
MIRROR_VARIABLE = "DEBIAN_MIRROR"
DO_IT_YOURSELF = "install the program by your system's own means, so that it is on PATH"


@dataclass(frozen=True, slots=True)
class Archive:
    """A signed archive to unpack from: lines of apt's sources.list, and a name for people."""

    name: str
    keyring: Path
    lines: tuple[str, ...]

    def sources(self) -> str:
        """The text of a sources.list that trusts this archive's own keys and no others."""
        return "".join(f"deb [signed-by={self.keyring}] {line}\n" for line in self.lines)


def host_version(package: str) -> str | None:
    """The version of `package` that the machine's own distribution offers, as its package lists say; None if none."""
    if not shutil.which("apt-cache"):
        return None
    policy = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False).stdout
    found = re.search(r"^\s*Candidate: (?!\(none\))(\S+)", policy, re.MULTILINE)
    return found[1] if found else None


def host_archive() -> Archive:
    """The machine's own distribution (Debian or Ubuntu), as its apt sources name it."""
    targets = [target for target in _apt_targets() if target.origin in ("Debian", "Ubuntu")]
    if not targets:
        raise DebianError("finding the archive: the apt sources name no Debian or Ubuntu; mend: run `apt-get update`")
    name = targets[0].origin
    lines = dict.fromkeys(f"{t.mirror} {t.release} {t.component}" for t in targets if t.origin == name)
    return Archive(f"{name} {targets[0].release}", _keyring(name.lower()), tuple(lines))


def debian(suite: str = "sid") -> Archive:
    """Debian's `suite` on the mirror that this machine uses already, or on the one that $DEBIAN_MIRROR names."""
    if not shutil.which("apt-get"):
        raise DebianError(f"finding the archive: there is no apt-get here\n  mend: {DO_IT_YOURSELF}")
    mirror = os.environ.get(MIRROR_VARIABLE) or next(
        (target.mirror for target in _apt_targets() if target.is_debian_itself()), None
    )
    if not mirror:
        raise DebianError(
            "finding the archive: the apt sources name no Debian mirror"
            f"\n  mend: set {MIRROR_VARIABLE} to its URL, or {DO_IT_YOURSELF}"
        )
    return Archive(f"Debian {suite}", _keyring("debian"), (f"{mirror} {suite} main",))


@dataclass(frozen=True, slots=True)
class _Target:
    """One package list that the machine's apt sources name."""

    mirror: str
    release: str
    component: str
    origin: str
    label: str

    def is_debian_itself(self) -> bool:
        if self.component != "main":
            return False
        if self.origin:
            return self.origin == self.label == "Debian"
        return self.release in (platform.freedesktop_os_release().get("VERSION_CODENAME"), "stable", "testing", "sid")


@functools.cache
def _apt_targets() -> tuple[_Target, ...]:
    if not shutil.which("apt-get"):
        return ()
    layout = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)"
    for options in ((), ("--no-release-info",)):  # a machine whose lists were deleted still knows its mirrors
        command = ["apt-get", "indextargets", *options, "--format", layout, "Created-By: Packages"]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if targets := tuple(_parse_targets(output)):
            return targets
    return ()


def _parse_targets(output: str) -> Iterator[_Target]:
    for line in output.splitlines():
        fields = ["" if field.startswith("$(") else field for field in line.split("|")]
        if len(fields) == 5 and all(fields[:3]):
            yield _Target(*fields)


def _keyring(distribution: str) -> Path:
    package = f"{distribution}-archive-keyring"
    if not (path := KEYRINGS / f"{package}.gpg").exists():
        raise DebianError(f"checking signatures: {path} is missing; mend: `apt-get install {package}` as root")
    return path
