"""Facts of an installation where everything is as it should be, to be spoiled one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pci.evidence.facts import (
    AsteriskCheck,
    AuditTrail,
    Census,
    Component,
    Facts,
    Flow,
    Holdings,
    Host,
    Process,
    ProcessorLink,
    Proof,
    Socket,
    Versions,
)

NOW: Final = 1_795_300_000.0
DAY: Final = 86_400


def process(role: str, pid: int) -> Process:
    return Process(
        pid=pid,
        role=role,
        name=role,
        user=f"tonewall-{role}",
        uid=pid,
        unit=f"tonewall-{role}.service",
        no_new_privs=True,
        seccomp=True,
        dumpable=False,
        core_dumping=False,
        core_limit=0,
        memlock_limit=None,
        locked_kib=4096,
        swapped_kib=0,
    )


def socket(role: str, transport: str, address: str, meaning: str) -> Socket:
    assert transport in ("tcp", "udp", "unix")
    return Socket(transport, address, 1001, (PIDS[role],), (role,), meaning)  # type: ignore[arg-type]


PIDS: Final = {"pci": 1001, "gate": 1002, "ivr": 1003, "asterisk": 1004}
CENSUS: Final = Census(
    processes=tuple(process(role, pid) for role, pid in PIDS.items()),
    sockets=(
        socket("pci", "unix", "/run/tonewall/pci.sock", "captures"),
        socket("gate", "unix", "/run/tonewall/gate.sock", "the gate"),
        socket("asterisk", "tcp", "203.0.113.5:5061", "SIP over TLS: calls come in here"),
        socket("asterisk", "tcp", "127.0.0.1:8088", "ARI, for pci and gate"),
    ),
    flows=(Flow("pci", "asterisk", "tcp 8088", 2), Flow("pci", "192.0.2.7", "tcp 443", 1)),
)
IN_ORDER: Final = Facts(
    made=NOW,
    host_name="capture-1",
    versions=Versions("1.2.3", "3.11.7", "OpenSSL 3.0.19 27 Jan 2026", "Linux 6.18", "22.10.1"),
    host=Host(core_pattern="|/bin/false", ptrace_scope="1", swap_areas=0),
    census=CENSUS,
    processor=ProcessorLink("stripe", "https", "api.stripe.com", True, True, "TLSv1_2"),
    holdings=Holdings("0011223344556677", NOW - 30 * DAY, 7, 0, NOW - 3 * DAY, (("approved", 5),), ("tokens.token",)),
    asterisk=AsteriskCheck(),
    proof=Proof(True, NOW - DAY, 50, 12, 1_000_000, 9, 9, 9, 0, 3, "22.10.1", "3.11.7"),
    trails=tuple(AuditTrail(of, records=9, oldest="2026-01-02T03:04:05") for of in ("pci", "gate")),
    components=(Component("aiohttp", "3.12.0", "Apache-2.0", "pkg:pypi/aiohttp@3.12.0"),),
)


def with_process(role: str, **changed: object) -> Facts:
    """All in order but for one process."""
    processes = tuple(
        replace(one, **changed) if one.role == role else one  # type: ignore[arg-type]
        for one in CENSUS.processes
    )
    return replace(IN_ORDER, census=replace(CENSUS, processes=processes))


def with_socket(entry: Socket) -> Facts:
    """All in order but for one more socket."""
    return replace(IN_ORDER, census=replace(CENSUS, sockets=(*CENSUS.sockets, entry)))
