"""Debian's Chromium for the tests of the pages: `python -m stack.browser` unpacks it into .tools/chromium.

It is started by the loader and the libraries that came with it, so that it runs on any Linux. Chromium starts itself
over and over again, and looks for its files beside the program that runs: hence a loader there, and a script.
"""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stack import archives, debian
from stack.errors import StackError

FOLDER = Path(__file__).resolve().parent.parent / ".tools" / "chromium"
HOME = "usr/lib/chromium"
# a page without a screen needs no graphics card, no desktop, no services of the system
UNNEEDED = (
    *("libllvm22", "libllvm21", "libllvm19", "mesa-libgallium", "libgl1-mesa-dri", "libz3-4", "libglx-mesa0"),
    *("adwaita-icon-theme", "hicolor-icon-theme", "systemd", "systemd-sysv", "libpam-systemd", "libsystemd-shared"),
    *("libpam-modules", "libpam-modules-bin", "libpam-runtime", "glycin-loaders", "glycin-thumbnailers"),
    *("procps", "xdg-utils", "x11-utils", "dbus-user-session", "dbus-daemon", "dbus", "debconf", "pci.ids"),
)


class BrowserMissing(StackError):
    """Chromium is not in .tools/chromium: run `make browser`."""


@dataclass(frozen=True, slots=True)
class Browser:
    """How a driver starts it: the program, and what to say to it."""

    program: Path
    arguments: tuple[str, ...]


def find(folder: Path = FOLDER) -> Browser:
    """The Chromium that was unpacked; BrowserMissing."""
    program = folder / "chromium.sh"
    if not program.is_file():
        raise BrowserMissing(BrowserMissing.__doc__)
    # without a zygote: that one is started in a way that our script has no part in
    return Browser(program, ("--no-sandbox", "--no-zygote", "--disable-gpu", f"--browser-subprocess-path={program}"))


def obtain(folder: Path = FOLDER, say: debian.Say = print) -> Browser:
    """The same, unpacked first if need be. DebianError says which step failed and what mends it."""
    folder = folder.resolve()
    with suppress(BrowserMissing):
        return find(folder)
    if not debian.opened(folder):
        debian.unpack(("chromium",), folder, archives.debian("sid"), unneeded=UNNEEDED, verify=_verify, say=say)
    prefix = debian.opened(folder)
    assert prefix is not None  # noqa: S101 - it has just been unpacked
    loader, *words = prefix.command(f"{HOME}/chromium")
    own_loader = folder / HOME / "loader"
    shutil.copy(loader, own_loader)
    script = folder / "chromium.sh"
    script.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in (str(own_loader), *words)) + ' "$@"\n')
    script.chmod(0o755)
    return find(folder)


def _verify(prefix: debian.Prefix) -> None:
    if missing := prefix.missing_libraries(f"{HOME}/chromium"):
        raise StackError(f"Debian's Chromium lacks {', '.join(missing)}")


if __name__ == "__main__":
    try:
        print(obtain().program)
    except StackError as error:
        sys.exit(f"browser: {error}")
