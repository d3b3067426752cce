"""Find an Asterisk that can be used, or unpack one."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stack import archives, debian
from stack.asterisk.render import modules_named
from stack.errors import AsteriskError

OLDEST = 20
TOOLS = Path(__file__).resolve().parents[2] / ".tools"
PROGRAM = "usr/sbin/asterisk"
# Asterisk's packages depend on these only for maintainer scripts and for modules that are never loaded. A name that
# Debian has changed meanwhile costs some megabytes of download and nothing else.
UNNEEDED = (
    *("adduser", "base-passwd", "passwd", "debconf", "perl", "perl-base", "tzdata", "readline-common", "libpam0g"),
    *(
        "gnupg",
        "gpg",
        "dirmngr",
        "pinentry-curses",
        "libgpgme45",
        "libgmime-3.0-0t64",
        "libgnutls30t64",
        "libical3t64",
    ),
    *("asterisk-config", "asterisk-core-sounds-en", "asterisk-core-sounds-en-gsm", "libasound2t64", "libneon27t64"),
    *("libicu78", "libsnmp45", "libsensors5", "libpq5", "libsybdb5", "libodbc2", "libradcli4", "libtiff6"),
    *("libspandsp2t64", "libglib2.0-0t64", "libjack-jackd2-0", "libportaudio2", "liblua5.1-0", "libiksemel3"),
    *("libopusfile0", "libopusenc0", "libvorbisfile3", "libvorbisenc2", "libvo-amrwbenc0", "libopencore-amrwb0"),
    *("libopencore-amrnb0", "libcodec2-1.2", "libresample1"),
)


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk that can be started: how, where its modules and documentation are, and where it came from."""

    version: str
    origin: str
    command: tuple[str, ...]
    modules: Path
    data: Path


def find(tools: Path = TOOLS) -> Installation:
    """The Asterisk on PATH if it is good enough, otherwise the one unpacked in `tools`. Downloads nothing.

    Raises AsteriskError, saying why each candidate was passed over.
    """
    reasons = []
    for candidate in (_on_path, lambda: _unpacked(tools / "asterisk")):
        try:
            return candidate()
        except AsteriskError as error:
            reasons.append(str(error))
    raise AsteriskError(f"No usable Asterisk: {'; '.join(reasons)}. Run `make asterisk`.")


def obtain(tools: Path = TOOLS, say: debian.Say = print) -> Installation:
    """An Asterisk: found, or unpacked into `tools` from the distribution, or else from Debian sid.

    Raises DebianError or AsteriskError, saying which step failed and what mends it.
    """
    try:
        return find(tools)
    except AsteriskError as error:
        reasons = str(error).removeprefix("No usable Asterisk: ").removesuffix(" Run `make asterisk`.")
        say(f"Fetching an Asterisk, once, into {tools.name}/ ({reasons.rstrip('.')})")
    offered = archives.host_version("asterisk")
    archive = archives.host_archive() if offered and _major(offered) >= OLDEST else archives.debian("sid")
    try:
        debian.unpack(("asterisk",), tools / "asterisk", archive, unneeded=UNNEEDED, verify=_verify, say=say)
    except AsteriskError as error:
        say(f"{error}: unpacking everything instead")
        debian.unpack(("asterisk",), tools / "asterisk", archive, verify=_verify, say=say)
    return find(tools)


def _on_path() -> Installation:
    program = shutil.which("asterisk")
    if not program:
        raise AsteriskError("none on PATH")
    return _checked("on PATH", (program,), _module_folders(Path(program)), _data_folders(Path(program)))


def _unpacked(root: Path) -> Installation:
    prefix = debian.opened(root)
    if not prefix:
        raise AsteriskError(f"none in {root.parent.name}/{root.name}")
    data = [root / "usr/share/asterisk"]
    return _checked(f"unpacked from {prefix.archive}", prefix.command(PROGRAM), [_modules_of(prefix)], data)


def _verify(prefix: debian.Prefix) -> None:
    """Refuse a prefix in which the program or a module that we load lacks a library."""
    modules = _modules_of(prefix)
    for file in (PROGRAM, *(str((modules / name).relative_to(prefix.root)) for name in modules_named())):
        if missing := prefix.missing_libraries(file):
            raise AsteriskError(f"{file} of {prefix.archive} lacks {', '.join(missing)}")


def _checked(origin: str, command: tuple[str, ...], modules: list[Path], data: list[Path]) -> Installation:
    version = _version(command)
    if _major(version) < OLDEST:
        raise AsteriskError(f"Asterisk {version} ({origin}) is older than {OLDEST}")
    folder = next((folder for folder in modules if (folder / "app_stasis.so").exists()), None)
    if not folder:
        raise AsteriskError(
            f"Asterisk {version} ({origin}) has no modules with ARI in {', '.join(map(str, modules))}"
        )
    if lacking := [name for name in modules_named() if not (folder / name).exists()]:
        raise AsteriskError(f"Asterisk {version} ({origin}) lacks {', '.join(lacking)}")
    # without its documentation Asterisk refuses to load most modules, SIP and ARI among them
    documented = next((path for path in data if (path / "documentation/core-en_US.xml").exists()), None)
    if not documented:
        raise AsteriskError(f"Asterisk {version} ({origin}) lacks documentation/core-en_US.xml")
    return Installation(version, origin, command, folder, documented)


def _version(command: tuple[str, ...]) -> str:
    try:
        said = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AsteriskError(f"{command[-1]} does not start: {error}") from None
    if not (found := re.match(r"Asterisk (\S+)", said.stdout)):
        raise AsteriskError(f"{command[-1]} does not start: {said.stderr.strip()[-200:]}")
    return found[1]


def _major(version: str) -> int:
    """20 for 20.6.0, for Debian's 1:20.6.0~dfsg, for certified/20.7-cert1 and for GIT-20-abc."""
    found = re.match(r"(?:\d+:)?(?:\D*)(\d+)", version)
    return int(found[1]) if found else 0


def _modules_of(prefix: debian.Prefix) -> Path:
    return next(prefix.root.glob("usr/lib/*/asterisk/modules"), prefix.root / "usr/lib/asterisk/modules")


def _module_folders(program: Path) -> list[Path]:
    return [
        folder
        for base in _bases(program)
        for folder in (
            *base.glob("lib/*/asterisk/modules"),
            base / "lib/asterisk/modules",
            base / "lib64/asterisk/modules",
        )
    ]


def _data_folders(program: Path) -> list[Path]:
    return [
        *(base / "share/asterisk" for base in _bases(program)),
        Path("/var/lib/asterisk"),
        Path("/usr/share/asterisk"),
    ]


def _bases(program: Path) -> Iterator[Path]:
    """Where an installation keeps lib/ and share/: beside the bin/ or sbin/ that the program is in."""
    yield from dict.fromkeys((program.parent.parent, program.resolve().parent.parent))
