"""Run an Asterisk instance in a folder of its own, on free loopback ports."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from stack.asterisk.installation import Installation, find
from stack.asterisk.render import (
    Amend,
    Benchmark,
    Passwords,
    Ports,
    choose_passwords,
    choose_ports,
    render,
    unchanged,
)
from stack.children import child, environment
from stack.errors import AsteriskError

BOOT_SECONDS = 60.0
PORT_TRIES = 5
POLL_SECONDS = 0.02
BOOTED = "Asterisk has fully booted"


@dataclass(frozen=True, slots=True)
class Instance:
    """A running Asterisk: where it listens, how to log in, where its files are."""

    installation: Installation
    folder: Path
    ports: Ports
    passwords: Passwords
    process: Process = field(repr=False)

    @property
    def pid(self) -> int:
        """The process id of Asterisk."""
        return self.process.pid

    @property
    def ari_url(self) -> str:
        """Where ARI is, without the path /ari."""
        return f"http://127.0.0.1:{self.ports.http}"

    @property
    def http_port(self) -> int:
        """The TCP port of ARI on 127.0.0.1."""
        return self.ports.http

    @property
    def sip_port(self) -> int:
        """The port on 127.0.0.1 where SIP calls are taken, UDP and TCP."""
        return self.ports.sip

    @property
    def gate_password(self) -> str:
        """The ARI password of the user `gate`."""
        return self.passwords.gate

    @property
    def pci_password(self) -> str:
        """The ARI password of the user `pci`."""
        return self.passwords.pci

    @property
    def gate_password_file(self) -> Path:
        """A file with the password of `gate`, readable by its owner only."""
        return self.folder / "secrets" / "gate"

    @property
    def pci_password_file(self) -> Path:
        """A file with the password of `pci`, readable by its owner only."""
        return self.folder / "secrets" / "pci"

    @property
    def log(self) -> Path:
        """Asterisk's log: notices, warnings, errors, security events."""
        return self.folder / "log" / "messages"

    async def cli(self, command: str) -> str:
        """What Asterisk's console answers to `command`; AsteriskError if there is no console to ask."""
        status, text = await _ask(self.installation, self.folder, command)
        if status:
            raise AsteriskError(f"The console of {self.folder} did not answer: {text.strip()[-300:]}")
        return text


@contextlib.asynccontextmanager
async def running(
    folder: Path,
    *,
    installation: Installation | None = None,
    benchmark: Benchmark | None = None,
    amend: Amend = unchanged,
) -> AsyncIterator[Instance]:
    """Render an instance into `folder`, start it, give it once it is fully booted; stop it on the way out.

    Nothing is written outside `folder`. A port that was taken meanwhile is replaced by another. `amend` is called
    with the folder of the rendered configuration, to change it.
    Raises AsteriskError with the end of Asterisk's log if it does not come up.
    """
    installation = installation or find()
    folder = folder.resolve()
    await _refuse_a_second_one(installation, folder)
    passwords = choose_passwords()
    for _ in range(PORT_TRIES):
        ports = choose_ports()
        render(
            folder,
            modules=installation.modules,
            data=installation.data,
            ports=ports,
            passwords=passwords,
            benchmark=benchmark,
        )
        amend(folder / "etc")
        async with _process(installation, folder) as process:
            instance = Instance(installation, folder, ports, passwords, process)
            await _booted(instance, process)
            if await _listens(instance):
                yield instance
                return
    raise AsteriskError(f"Asterisk did not get its ports in {PORT_TRIES} tries.\n{_last_words(folder)}")


@contextlib.asynccontextmanager
async def _process(installation: Installation, folder: Path) -> AsyncIterator[Process]:
    command = (*_command(installation, folder), "-f")
    with (folder / "log" / "console").open("ab") as console:
        async with child(command, folder=folder, stdout=console, stderr=console) as process:
            yield process


async def _booted(instance: Instance, process: Process) -> None:
    """Wait until every module is loaded. ARI answers earlier than that, and calls would be refused."""
    try:
        async with asyncio.timeout(BOOT_SECONDS):
            while process.returncode is None:
                if _socket(instance.folder).exists():
                    status, text = await _ask(instance.installation, instance.folder, "core waitfullybooted")
                    if status == 0 and BOOTED in text:
                        return
                await asyncio.sleep(POLL_SECONDS)  # nothing tells when the socket appears and listens
    except TimeoutError:
        raise AsteriskError(f"Asterisk did not boot in {BOOT_SECONDS:g} s.\n{_last_words(instance.folder)}") from None
    raise AsteriskError(f"Asterisk ended while booting.\n{_last_words(instance.folder)}")


async def _refuse_a_second_one(installation: Installation, folder: Path) -> None:
    """Two in one folder would overwrite each other's files, and each would answer for the other."""
    if _socket(folder).exists() and (await _ask(installation, folder, "core show uptime"))[0] == 0:
        raise AsteriskError(f"An Asterisk is running in {folder} already: stop it, or use another folder.")


async def _listens(instance: Instance) -> bool:
    """Whether it got its ports: Asterisk itself only logs a port that was taken, and goes on without."""
    http = await instance.cli("http show status")
    transports = await instance.cli("pjsip show transports")
    bound = transports.count(f"127.0.0.1:{instance.sip_port}")
    return f"Bound to 127.0.0.1:{instance.http_port}" in http and bound == len(("udp", "tcp"))


async def _ask(installation: Installation, folder: Path, command: str) -> tuple[int, str]:
    asking = await asyncio.create_subprocess_exec(
        *_command(installation, folder),
        "-rx",
        command,
        cwd=folder,
        env=environment(folder),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        output, _ = await asking.communicate()
    finally:
        if asking.returncode is None:
            asking.kill()
            await asking.wait()
    return asking.returncode or 0, output.decode(errors="replace")


def _socket(folder: Path) -> Path:
    return folder / "run" / "asterisk.ctl"


def _command(installation: Installation, folder: Path) -> tuple[str, ...]:
    return (*installation.command, "-C", str(folder / "etc" / "asterisk.conf"))


def _last_words(folder: Path) -> str:
    logs = [folder / "log" / name for name in ("console", "messages")]
    return "\n".join(path.read_text(errors="replace")[-1500:] for path in logs if path.exists())
