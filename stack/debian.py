"""Unpack Debian packages with the libraries they need into a folder, without root and without installing anything.

apt works in private folders below the target, with the machine's own mirror; it checks the archive's signature and
every package's hash. A program from such a folder (a prefix) runs by the prefix's own dynamic loader, so it does not
matter how old or new the machine's C library is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.archives import DO_IT_YOURSELF, Archive
from stack.errors import DebianError

Say = Callable[[str], None]
RECORD = "prefix.json"
NEVER_NEEDED = (*(f"./usr/share/{name}" for name in ("doc", "man", "locale", "lintian", "bug")), "./usr/lib/*/gconv")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A folder of unpacked packages: where it is, and which archive it came from."""

    root: Path
    archive: str

    def command(self, program: str) -> tuple[str, ...]:
        """The words that start `program` (a path inside the prefix) by the prefix's own loader and libraries."""
        path = self.root / program
        return (*self._loader(), "--argv0", path.name, str(path))

    def missing_libraries(self, file: str) -> tuple[str, ...]:
        """Libraries that `file` (a path inside the prefix) links to and that are not in the prefix.

        One that only the machine has counts as missing: on the next machine it may be another, or none.
        """
        listed = subprocess.run(
            [*self._loader(), str(self.root / file)],
            env={"LD_TRACE_LOADED_OBJECTS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        links = re.findall(r"^\s*(\S+) => (.+?)(?: \(0x\w+\))?$", listed.stdout, re.MULTILINE)
        return tuple(name for name, path in links if not Path(path).is_relative_to(self.root))

    def _loader(self) -> tuple[str, ...]:
        inside = self.root.resolve()  # older packages link the loader by an absolute path, which is the machine's own
        found = [*self.root.glob("usr/lib/*/ld-linux*.so.*"), *self.root.glob("usr/lib*/ld-linux*.so.*")]
        loaders = [path for path in found if path.resolve().is_relative_to(inside)]
        if not loaders:
            raise DebianError(f"{self.root} has no dynamic loader: delete the folder and unpack again")
        libraries = [str(library.parent) for library in self.root.glob("usr/lib/*/libc.so.6")]
        libraries += [str(folder) for folder in self.root.glob("usr/lib/*/pulseaudio")]  # beside the others
        return (
            str(loaders[0]),
            "--inhibit-cache",
            "--library-path",
            ":".join([*libraries, str(self.root / "usr/lib")]),
        )


def opened(root: Path) -> Prefix | None:
    """The prefix in `root`, or None if none was unpacked there."""
    try:
        return Prefix(root, json.loads((root / RECORD).read_text())["archive"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise DebianError(f"{root / RECORD} is damaged: delete {root} and unpack again") from None


def unpack(
    packages: Sequence[str],
    root: Path,
    archive: Archive,
    *,
    unneeded: Sequence[str] = (),
    verify: Callable[[Prefix], None] = lambda _: None,
    say: Say = print,
) -> Prefix:
    """Unpack `packages` of `archive` and what they depend on into `root`, all or nothing; done already is done.

    `unneeded` names packages that are left out together with what only they need: tools of maintainer scripts, or
    libraries of parts that are never loaded. A name that the archive does not know is passed over. `verify` sees the
    prefix before it is put in place, and raises if it cannot be used.
    Raises DebianError, which says which step failed and what mends it.
    """
    root = root.resolve()
    if there := opened(root):
        return there
    if root.exists():
        raise DebianError(_in_the_way(root))
    _check_tools(packages[0])
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as name:
        work = Path(name)
        debs = _Apt(work / "apt", archive, say).download(packages, unneeded)
        say(f"unpacking {len(debs)} packages of {archive.name}")
        tree = _make_tree(work / "tree")
        for deb in debs:
            _extract(deb, tree)
        record = {"archive": archive.name, "packages": sorted(deb.stem for deb in debs)}
        (tree / RECORD).write_text(json.dumps(record, indent=1))
        verify(Prefix(tree, archive.name))
        _put_in_place(tree, root)
    return Prefix(root, archive.name)


def _put_in_place(tree: Path, root: Path) -> None:
    """Another process may have been quicker: then its prefix stays."""
    try:
        tree.rename(root)
    except OSError:
        if not opened(root):
            raise DebianError(_in_the_way(root)) from None


class _Apt:
    """apt in private folders. Of the machine's settings it keeps only how to fetch (proxies, limits), no hooks."""

    def __init__(self, folder: Path, archive: Archive, say: Say) -> None:
        self._folder, self._archive, self._say = folder, archive, say
        for name in ("lists/partial", "cache/archives/partial", "none"):
            (folder / name).mkdir(parents=True)
        (folder / "sources.list").write_text(archive.sources())
        (folder / "status").touch()
        machine = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False).stdout
        fetching = [line for line in machine.splitlines() if line.startswith("Acquire::")]
        settings = [f'{name} "{value}";' for name, value in self._settings().items()]
        (folder / "apt.conf").write_text("\n".join([*fetching, *settings]) + "\n")

    def _settings(self) -> dict[str, object]:
        return {
            "Dir::Etc::Parts": self._folder / "none",
            "Dir::Etc::Main": "/dev/null",
            "Dir::Etc::PreferencesParts": self._folder / "none",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::SourceParts": self._folder / "none",
            "Dir::Etc::SourceList": self._folder / "sources.list",
            "Dir::State::Lists": self._folder / "lists",
            "Dir::State::status": self._folder / "status",
            "Dir::Cache": self._folder / "cache",
            "Dir::Log": self._folder,
            "Debug::NoLocking": "true",
            "APT::Sandbox::User": "",
            "APT::Update::Error-Mode": "any",  # by itself apt calls an unreachable mirror a success
            "APT::Get::AllowUnauthenticated": "false",
            "APT::Install-Recommends": "false",
            "Acquire::AllowInsecureRepositories": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::http::Timeout": "30",
        }

    def download(self, packages: Sequence[str], unneeded: Sequence[str]) -> list[Path]:
        """Fetch `packages` and their dependencies, less `unneeded`; the .deb files."""
        self._say(f"reading the package list of {self._archive.name}")
        self._run("reading the package list", "apt-get", "update")
        if unneeded:
            (self._folder / "status").write_text(_as_installed(self._shown(unneeded)))
        self._run("downloading", "apt-get", "--yes", "--download-only", "install", *packages)
        return sorted((self._folder / "cache/archives").glob("*.deb"))

    def _shown(self, packages: Sequence[str]) -> str:
        command = ["apt-cache", "show", "--no-all-versions", *packages]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._environment()).stdout

    def _run(self, step: str, *command: str) -> None:
        output = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._environment()
        ) as apt:
            for line in apt.stdout or ():
                output.append(line.rstrip())
                if need := re.match(r"Need to get (.+) of archives", line):
                    self._say(f"downloading {need[1].split('/')[0]} from {self._archive.name}")
        if apt.returncode:
            raise DebianError(f"{step} of {self._archive.name}: apt-get failed{_mend(output)}")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LC_ALL": "C",
            "DEBIAN_FRONTEND": "noninteractive",
            "APT_CONFIG": f"{self._folder}/apt.conf",
        }


def _check_tools(package: str) -> None:
    for tool in ("apt-get", "apt-cache", "dpkg-deb", "tar"):
        if not shutil.which(tool):
            raise DebianError(f"unpacking {package}: {tool} is not on PATH; mend: install {package} yourself")


def _in_the_way(root: Path) -> str:
    return f"unpacking: {root} is in the way, and not complete; mend: delete it"


def _as_installed(stanzas: str) -> str:
    """apt's answer about packages, rewritten as dpkg's record that they are installed."""
    kept = re.findall(r"^(?:(?:Package|Version|Architecture|Multi-Arch|Provides):.*)?$", stanzas, re.MULTILINE)
    text = "\n".join(kept) + "\n"
    return re.sub(r"^(Package:.*)$", r"\1\nStatus: install ok installed", text, flags=re.MULTILINE)


def _make_tree(tree: Path) -> Path:
    """Older packages still ship /lib and /bin; the links put everything below usr/, where newer ones have it."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / "usr" / name).mkdir(parents=True)
        (tree / name).symlink_to(f"usr/{name}")
    return tree


def _extract(deb: Path, tree: Path) -> None:
    left_out = [f"--exclude={pattern}" for pattern in NEVER_NEEDED]
    unpacking = ["tar", "-x", "-C", str(tree), "--keep-directory-symlink", "--no-same-owner", *left_out]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as reading:
        tar = subprocess.run(unpacking, stdin=reading.stdout, capture_output=True, text=True, check=False)
    if tar.returncode or reading.returncode:
        raise DebianError(f"unpacking {deb.name}: {tar.stderr.strip()[-300:]}; mend: check the disk's free space")


def _mend(output: list[str]) -> str:
    """What to do about apt's failure, and its own words."""
    words = [line for line in output if line.startswith(("E:", "W:", "Err:"))] or output
    text = " / ".join(words[:4])
    for sign, mend in (
        (
            r"Unable to locate|no installation candidate",
            "this archive does not have the package; choose another suite",
        ),
        (r"NO_PUBKEY|not signed|GPG error|invalid signature", "the keyring does not know this archive; update it"),
        (r"is expired|not valid yet", "the mirror or this machine's clock is behind; set the clock, or use another"),
        (
            r"Could not resolve|connect|Failed to fetch|Timeout",
            f"the mirror was not reached; check network and proxy, or {DO_IT_YOURSELF}",
        ),
        (r"No space left|not have enough free space", "the disk is full; make room"),
    ):
        if re.search(sign, text, re.IGNORECASE):
            return f"\n  mend: {mend}\n  apt said: {text}"
    return f"\n  apt said: {text}"
