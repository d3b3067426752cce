"""What was found out about the running system. Frozen; no field has room for a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UNEXPLAINED = "unexplained"
Transport = Literal["tcp", "udp", "unix"]


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the stack, or one that talks to it; `role` is `other` where it is none of ours.

    `dumpable` is None where nothing tells it: for a process of root, /proc looks the same either way. A limit is None
    where there is no limit. `unit` is the systemd unit that the kernel's control groups name, empty if there is none.
    """

    pid: int
    role: str
    name: str
    user: str
    uid: int
    unit: str
    no_new_privs: bool
    seccomp: bool
    dumpable: bool | None
    core_dumping: bool
    core_limit: int | None
    memlock_limit: int | None
    locked_kib: int
    swapped_kib: int


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket that takes something in. `pids` is empty where this user may not see whose it is."""

    transport: Transport
    address: str
    uid: int | None
    pids: tuple[int, ...]
    roles: tuple[str, ...]
    meaning: str

    @property
    def beyond_loopback(self) -> bool:
        """Whether another machine can reach it, as far as its address goes."""
        local = self.address.startswith(("127.", "[::1]", "[::ffff:127."))
        return self.transport != "unix" and not local


@dataclass(frozen=True, slots=True)
class Flow:
    """Open connections of one kind from a process to another one, or to a host elsewhere; ends are node names."""

    source: str
    target: str
    over: str
    count: int


@dataclass(frozen=True, slots=True)
class Census:
    """Processes, sockets and who talks to whom. `unseen` names what this user may not look at."""

    processes: tuple[Process, ...] = ()
    sockets: tuple[Socket, ...] = ()
    flows: tuple[Flow, ...] = ()
    unseen: tuple[str, ...] = ()

    def roles(self) -> frozenset[str]:
        """The parts of the product that run."""
        return frozenset(process.role for process in self.processes)

    def of(self, role: str) -> tuple[Process, ...]:
        """The processes of one part."""
        return tuple(process for process in self.processes if process.role == role)


@dataclass(frozen=True, slots=True)
class Versions:
    """What runs here. `asterisk` is empty when it does not answer."""

    tonewall: str
    python: str
    openssl: str
    kernel: str
    asterisk: str


@dataclass(frozen=True, slots=True)
class Host:
    """What the kernel is set to."""

    core_pattern: str
    ptrace_scope: str
    swap_areas: int


@dataclass(frozen=True, slots=True)
class ProcessorLink:
    """How cards leave: the scheme and host of the processor, and what is asked of its certificate."""

    name: str
    scheme: str
    host: str
    certificate_required: bool
    host_name_checked: bool
    least_tls: str

    @property
    def verified(self) -> bool:
        """Whether the other end has to prove its name."""
        return self.certificate_required and self.host_name_checked


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the card side keeps: counts and times (unix time, seconds), no record."""

    kek_id: str
    key_created: float
    cards: int
    cards_under_other_keys: int
    oldest_card: float | None
    charges: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the check of Asterisk's configuration does not like."""

    severity: str
    where: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class AsteriskCheck:
    """What `pci check asterisk` says; `problem` says why it could not."""

    findings: tuple[Finding, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The last leak proof. `made` is unix time, seconds; `problem` says why there is none.

    `asterisk` and `python` are the versions that it was made with.
    """

    proved: bool = False
    made: float = 0.0
    calls: int = 0
    ways: int = 0
    bytes_searched: int = 0
    detectors: int = 0
    controls_fired: int = 0
    controls: int = 0
    leaks: int = 0
    residue: int = 0
    asterisk: str = ""
    python: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """The audit log of one process: how many records, the first one's time, and what is wrong with it, if anything.

    `alarms` and `latches` (recorders stopped for a capture) are the last ones, as (time, what).
    """

    of: str
    records: int = 0
    problem: str = ""
    oldest: str = ""
    alarms: tuple[tuple[str, str], ...] = ()
    alarm_count: int = 0
    latches: tuple[tuple[str, str], ...] = ()
    latch_count: int = 0


@dataclass(frozen=True, slots=True)
class Component:
    """One piece of software that the product stands on."""

    name: str
    version: str
    licence: str
    purl: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, as it was at `made` (unix time, seconds). None: it could not be found out, the part is not there."""

    made: float
    host_name: str
    versions: Versions
    host: Host
    census: Census
    processor: ProcessorLink
    holdings: Holdings | None
    asterisk: AsteriskCheck
    proof: Proof
    trails: tuple[AuditTrail, ...]
    components: tuple[Component, ...]

    @property
    def down(self) -> tuple[str, ...]:
        """What has to run and does not."""
        running = self.census.roles() | ({"asterisk"} if self.versions.asterisk else set())
        return tuple(part for part in ("pci", "asterisk") if part not in running)
