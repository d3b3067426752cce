"""The running Asterisk: what it says of itself, what its check finds, which sockets its configuration explains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from asterisk_ari import AriLogin
from pci.config import AsteriskSettings
from pci.errors import ConfigError
from pci.evidence.census import Expected
from pci.evidence.facts import AsteriskCheck, Finding, Transport
from pci.hardening.check import check, read_files
from pci.hardening.live import Live, ask
from pci.hardening.process import Process, find_processes
from pci.hardening.rule import Asterisk, objects
from pci.hardening.rule import Finding as Found

_AUDIO: Final = (("rtpstart", "5000"), ("rtpend", "31000"))
_USUAL_FOLDER: Final = "/var/run/asterisk"
_USUAL_SIP: Final = {"udp": 5060, "tcp": 5060, "tls": 5061}


async def answer(settings: AsteriskSettings) -> Live | None:
    """What it says of itself over ARI; None if it does not answer."""
    try:
        return await ask(AriLogin(settings.url, settings.username, settings.password.get_secret_value()))
    except ConfigError:
        return None


def look_at(settings: AsteriskSettings, live: Live | None) -> tuple[Asterisk | None, AsteriskCheck]:
    """The Asterisk that serves the settings' address, and what `pci check asterisk` finds in it."""
    try:
        process = _serving(ari_port(settings))
        if process is None:
            return None, AsteriskCheck(
                problem="its process was not found on this machine: run this where Asterisk is"
            )
        asterisk = read_files(process.conf, process, live)
        found = check(asterisk)
    except ConfigError as error:
        return None, AsteriskCheck(problem=f"could not be checked: {error}")
    return asterisk, AsteriskCheck(tuple(map(_told, found)))


def _told(finding: Found) -> Finding:
    place, rule = finding.place, finding.rule
    where = place.file.name if place.file.suffix == ".conf" else str(place.file)
    return Finding(
        rule.severity.value,
        f"{where}:{place.line}" if place.line else where,
        f"{rule.what}: {finding.says}",
        rule.mend,
    )


def _serving(port: int) -> Process | None:
    serving = [one for one in find_processes() if any(entry.port == port for entry in one.listeners)]
    return serving[0] if serving else None


def ari_port(settings: AsteriskSettings) -> int:
    """The TCP port of its REST interface."""
    parts = urlsplit(settings.url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def expected(asterisk: Asterisk) -> Iterator[Expected]:
    """The sockets that its configuration accounts for: SIP, audio, its console; and what PJSIP opens by itself."""
    for section in objects(asterisk, "transport"):
        protocol = section.last("protocol", "udp").lower()
        if protocol in _USUAL_SIP:
            given = section.last("bind").rpartition(":")[2]
            port = int(given) if given.isdecimal() else _USUAL_SIP[protocol]
            transport: Transport = "udp" if protocol == "udp" else "tcp"
            meaning = f"SIP {'over TLS' if protocol == 'tls' else 'in the clear'}: calls come in here"
            yield Expected("asterisk", transport, meaning, ports=range(port, port + 1))
    first, last = (_value(asterisk, "rtp.conf", "general", *pair) for pair in _AUDIO)
    if first.isdecimal() and last.isdecimal():
        yield Expected("asterisk", "udp", "audio of calls (RTP)", ports=range(int(first), int(last) + 1))
    run = _value(asterisk, "asterisk.conf", "directories", "astrundir", _USUAL_FOLDER)
    yield Expected("asterisk", "unix", "Asterisk's console, for its own user", path=f"{run}/asterisk.ctl")
    if asterisk.process:
        meaning = "DNS lookups of PJSIP, on a port that the kernel chose"
        yield Expected("asterisk", "udp", meaning, ports=asterisk.process.ephemeral, any_address=True)


def _value(asterisk: Asterisk, file: str, section: str, key: str, default: str) -> str:
    given = asterisk.settings(file, section, key)
    return given[-1].value if given else default
