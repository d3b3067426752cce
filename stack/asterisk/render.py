"""Render the configuration of one Asterisk instance from the templates in asterisk-conf/."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from stack.errors import AsteriskError
from stack.ports import free_sip_port, free_tcp_port, free_udp_range

TEMPLATES = Path(__file__).resolve().parents[2] / "asterisk-conf"
BENCHMARK = "benchmark"
FOLDERS = ("etc", "run", "lib", "cache", "spool", "log", "secrets")
SOCKET_PATH_LIMIT = 107  # bytes that fit in a unix socket's address
RTP_PORTS = 800
Amend = Callable[[Path], None]  # changes the files in a folder of rendered configuration


def unchanged(_: Path) -> None:
    """Leave the configuration as it is rendered."""


class _Template(string.Template):
    """Asterisk's own files are full of `$`, so ours have `@{name}`."""

    delimiter = "@"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What an instance for the benchmark has beside the usual: Read() and FastAGI, dialled as native and agi."""

    prompt: Path
    agi_port: int


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one instance."""

    http: int
    sip: int
    rtp: range


@dataclass(frozen=True, slots=True)
class Passwords:
    """The ARI passwords of one instance."""

    gate: str = field(repr=False)
    pci: str = field(repr=False)


def choose_ports() -> Ports:
    """Ports that are free now."""
    return Ports(free_tcp_port(), free_sip_port(), free_udp_range(RTP_PORTS))


def choose_passwords() -> Passwords:
    """New random passwords."""
    return Passwords(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def modules_named(templates: Path = TEMPLATES) -> tuple[str, ...]:
    """The modules that an instance loads; an Asterisk that lacks one cannot be used."""
    files = (templates / "modules.conf", templates / BENCHMARK / "modules.conf")
    return tuple(name for file in files for name in re.findall(r"^require = (\S+)", file.read_text(), re.MULTILINE))


def render(
    run: Path,
    *,
    modules: Path,
    data: Path,
    ports: Ports,
    passwords: Passwords,
    benchmark: Benchmark | None = None,
) -> Path:
    """Make the run folder's subfolders and write its configuration; the path of its asterisk.conf.

    Everything is readable by the owner only, for ari.conf holds the passwords.
    Raises AsteriskError for a path that Asterisk could not read back.
    """
    values = {"run": str(run), "modules": str(modules), "data": str(data), **_values(ports, passwords, benchmark)}
    for name, value in values.items():
        _check(name, value)
    if len(os.fsencode(run / "run/asterisk.ctl")) > SOCKET_PATH_LIMIT:
        raise AsteriskError(f"The run folder's path is too long for a unix socket: {run}. Use a shorter one.")
    for folder in FOLDERS:
        (run / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_templates(TEMPLATES, run / "etc", values)
    if benchmark:
        (run / "etc" / BENCHMARK).mkdir(exist_ok=True)
        _write_templates(TEMPLATES / BENCHMARK, run / "etc" / BENCHMARK, values)
    for name, password in (("gate", passwords.gate), ("pci", passwords.pci)):
        write_private(run / "secrets" / name, password)
    return run / "etc" / "asterisk.conf"


def _values(ports: Ports, passwords: Passwords, benchmark: Benchmark | None) -> dict[str, str]:
    """What the templates name, apart from folders."""
    return {
        "http_port": str(ports.http),
        "sip_port": str(ports.sip),
        "rtp_start": str(ports.rtp.start),
        "rtp_end": str(ports.rtp.stop - 1),
        "gate_password": passwords.gate,
        "pci_password": passwords.pci,
        "os_user": _user_name(),
        "context": BENCHMARK if benchmark else "incoming",
        "benchmark_prompt": str(benchmark.prompt.with_suffix("")) if benchmark else "",
        "benchmark_agi_port": str(benchmark.agi_port) if benchmark else "",
    }


def _write_templates(source: Path, target: Path, values: dict[str, str]) -> None:
    for template in sorted(source.glob("*.conf")):
        write_private(target / template.name, _Template(template.read_text()).substitute(values))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _check(name: str, value: str) -> None:
    """A `;` starts a comment and a line break starts a new setting: such a value would be cut or worse."""
    if re.search(r"[;\r\n]", value) or value != value.strip():
        raise AsteriskError(f"Asterisk cannot read a {name} with ';', a line break or a space at its end: {value!r}")


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
