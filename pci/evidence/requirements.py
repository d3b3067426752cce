"""The requirements of PCI DSS 4.0.1 that this product has to do with, in our own words, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pci.evidence import verdicts
from pci.evidence.facts import Facts
from pci.evidence.verdicts import Judge, State, Verdict, operator


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked, where the answer comes from, and which parts have to run for there to be one."""

    numbers: str
    asks: str
    source: str
    judge: Judge
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement and how it stands."""

    numbers: tuple[str, ...]
    asks: str
    state: State
    says: str
    source: str


_ALL: Final = ("pci", "asterisk")
_PROC: Final = "/proc of this machine"
_DATABASE: Final = "the card side's database, read only"
_AUDIT: Final = "the audit log, its chain checked"
_PROOF: Final = "report.json of `make prove`"


def _yours(numbers: str, asks: str, says: str) -> Requirement:
    return Requirement(numbers, asks, "docs/pci/responsibility-matrix.md", operator(says))


REQUIREMENTS: Final = (
    Requirement(
        "1.2.4 12.5.2",
        "A diagram of data flows and an inventory of what is in scope",
        _PROC,
        verdicts.inventory,
        _ALL,
    ),
    Requirement("1.3.1 1.3.2", "Only the traffic that is needed, in and out", _PROC, verdicts.reachable, ("pci",)),
    _yours(
        "1.3.1 1.3.2",
        "Address lists in front of Asterisk and behind pci",
        "firewall: SIP and audio from your carrier alone; pci to the processor alone (systemd/ has the unit)",
    ),
    Requirement(
        "2.2", "Asterisk without risky defaults", "`pci check asterisk`", verdicts.asterisk_settings, ("asterisk",)
    ),
    Requirement(
        "2.2 3.3.1",
        "Processes that leave no card in core files, swap or a debugger",
        "/proc/PID/status and limits",
        verdicts.hardened,
        ("pci",),
    ),
    Requirement(
        "2.2 3.3.1",
        "Digits pass through Asterisk: no core file of it",
        "/proc/PID/limits",
        verdicts.core_files,
        ("asterisk",),
    ),
    Requirement("3.2.1", "Keep as little as possible: how many cards, since when", _DATABASE, verdicts.retention),
    _yours(
        "3.2.1", "For how long a card may be kept", "set forget_after_days in pci.toml, and have tokens forgotten"
    ),
    Requirement(
        "3.3.1 3.3.2 3.5.1.1",
        "No security code stored, no plain hash of a card number",
        f"{_DATABASE}: its columns",
        verdicts.no_code_stored,
    ),
    Requirement(
        "3.3.1 3.4.1 3.4.2 3.5.1",
        "No digit outside the card side, nothing left after a capture",
        _PROOF,
        verdicts.proved,
    ),
    Requirement("3.3.1", "Recorders do not hear a card", _AUDIT, verdicts.recorders),
    Requirement("3.5.1 3.5.1.2", "Stored card numbers cannot be read without the key", _DATABASE, verdicts.encrypted),
    Requirement(
        "3.6.1",
        "The key is kept in few places, as strong as what it protects",
        "key_file of pci.toml",
        verdicts.key_store,
    ),
    Requirement("3.7", "Keys are replaced in time, by people who may", "date of the key file", verdicts.key_age),
    Requirement(
        "4.2.1",
        "Cards travel encrypted to the processor",
        "pci.toml, and the TLS context that Python gives",
        verdicts.processor_tls,
    ),
    Requirement("4.2.1", "Calls arrive encrypted", f"{_PROC}, pjsip.conf", verdicts.phone_lines, ("asterisk",)),
    _yours("4.2.1.1", "An inventory of certificates", "keep the list of the trunk's and this host's certificates"),
    Requirement("6.3.2", "An inventory of software, third parties' too", "installed packages", verdicts.materials),
    _yours(
        "6.3.1 6.3.3",
        "Known weaknesses are looked for, patches come in time",
        "check sbom.json against advisories; critical patches within a month",
    ),
    _yours(
        "6.5",
        "No real cards in tests, no test set-up in production",
        "the simulator is for practice; remove test logins before real cards",
    ),
    Requirement("7.2 7.3", "Least privilege: a user for each part", "/proc/PID/status", verdicts.own_users, _ALL),
    _yours(
        "8.2 8.3 8.4",
        "People have logins of their own, strong passwords and a second factor",
        "logins to this host: yours to set up and to review",
    ),
    Requirement(
        "10.2.1 10.2.2", "Each act on card data is on record: who, what, when, where", _AUDIT, verdicts.audited
    ),
    Requirement("10.3", "The record cannot be changed unnoticed", _AUDIT, verdicts.audited),
    _yours(
        "10.3 10.5.1", "Copies elsewhere, kept for twelve months", "ship the audit log to another machine and keep it"
    ),
    Requirement("10.4.1.1 12.10.5", "Alarms are raised, and on record", _AUDIT, verdicts.alarms),
    _yours("10.4.1.1 12.10.5", "Alarms are looked at", "have the alarms (log level critical) wake a person"),
    _yours("10.6", "Clocks agree", "run a time service on this host"),
    _yours(
        "11.3 11.4 11.5",
        "Scans, penetration and segmentation tests, change detection",
        "yours; the leak proof is a test of this product, not of your network",
    ),
    Requirement("12.3.3", "An inventory of cryptography", "the code, and OpenSSL as it is linked", verdicts.ciphers),
    _yours("12.5.2", "The scope is confirmed every year", "compare this page with what you think you run"),
    _yours(
        "12.8 12.9", "Who does what, in writing", "agree with your carrier and your processor; the matrix is a start"
    ),
    _yours(
        "12.10.5 12.10.7",
        "What to do on an alarm, or on a card number where none should be",
        "write down who is called and what is done",
    ),
)


def judge(facts: Facts) -> tuple[Row, ...]:
    """Every requirement, as the facts have it."""
    return tuple(_rows(facts))


def _rows(facts: Facts) -> Iterator[Row]:
    for asked in REQUIREMENTS:
        down = [part for part in asked.needs if part in facts.down]
        verdict = Verdict(State.MISSING, f"not running: {', '.join(down)}") if down else asked.judge(facts)
        yield Row(tuple(asked.numbers.split()), asked.asks, verdict.state, verdict.says, asked.source)
