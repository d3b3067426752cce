"""What the facts say to each question: shown, missing, or not a question that software can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from pci.evidence import proof
from pci.evidence.facts import UNEXPLAINED, AuditTrail, Facts

PARTS: Final = ("pci", "gate", "ivr", "asterisk")
_DAY: Final = 86_400
# what would be a column for something that must not be stored, or not in this form
_FORBIDDEN_COLUMNS: Final = ("cvv", "cvc", "code", "track", "pin", "hash", "fingerprint", "pan")
_HARMLESS_COLUMNS: Final = frozenset({"charges.approval_code"})


class State(StrEnum):
    """Where a requirement stands."""

    SHOWN = "shown"
    MISSING = "missing"
    OPERATOR = "operator's job"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, and the sentence that says what it rests on."""

    state: State
    says: str


Judge = Callable[[Facts], Verdict]


def operator(says: str) -> Judge:
    """The software cannot do this."""
    return lambda facts: Verdict(State.OPERATOR, says)


def day(moment: float) -> str:
    """A unix time as a date."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def _shown_unless(problems: list[str], says: str) -> Verdict:
    return Verdict(State.MISSING, "; ".join(problems)) if problems else Verdict(State.SHOWN, says)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def inventory(facts: Facts) -> Verdict:
    """Every socket has an owner and a reason."""
    census = facts.census
    unexplained = [entry.address for entry in census.sockets if entry.meaning == UNEXPLAINED]
    problems = [f"unexplained: {', '.join(unexplained)}"] if unexplained else []
    problems += [f"owner not visible to this user, run as root: {', '.join(census.unseen)}"] if census.unseen else []
    count = f"{len(census.processes)} processes, {len(census.sockets)} sockets that take something in"
    return _shown_unless(problems, f"{count}, each with its owner and its reason")


def reachable(facts: Facts) -> Verdict:
    """The card side has no door to the network."""
    open_doors = [
        f"{role} listens on {entry.address}"
        for entry in facts.census.sockets
        for role in entry.roles
        if role in ("pci", "gate") and entry.transport != "unix"
    ]
    beyond = [f"{entry.address} ({entry.meaning})" for entry in facts.census.sockets if entry.beyond_loopback]
    reach = f"beyond this machine: {', '.join(beyond)}" if beyond else "nothing is open beyond this machine"
    return _shown_unless(open_doors, f"pci and gate listen on unix sockets alone; {reach}")


def asterisk_settings(facts: Facts) -> Verdict:
    """The check of Asterisk's configuration is clean."""
    check = facts.asterisk
    if check.problem:
        return Verdict(State.MISSING, check.problem)
    count = _many(len(check.findings), "finding")
    problems = [f"{count} of `pci check asterisk`, listed below"] if check.findings else []
    return _shown_unless(problems, "`pci check asterisk` finds nothing in the running configuration")


def hardened(facts: Facts) -> Verdict:
    """The processes of the card side cannot be looked into, and leave nothing behind."""
    problems = []
    for process in (*facts.census.of("pci"), *facts.census.of("gate")):
        faults = {
            "could write a core file": process.core_limit != 0,
            "is dumpable": process.dumpable is True,
            "runs as root, which hides whether it is dumpable": process.dumpable is None,
            "may gain privileges": not process.no_new_privs,
            "has memory in swap": process.swapped_kib > 0,
            "has no locked memory while the host has swap": not process.locked_kib and facts.host.swap_areas > 0,
        }
        problems += [f"{process.role} {fault}" for fault, found in faults.items() if found]
    return _shown_unless(problems, "no core files, not dumpable, no new privileges, nothing in swap: pci and gate")


def core_files(facts: Facts) -> Verdict:
    """Asterisk, through which digits pass, leaves no core file."""
    problems = [f"{one.role} could write a core file" for one in facts.census.of("asterisk") if one.core_limit != 0]
    problems += [] if facts.census.of("asterisk") else ["the process of Asterisk is not visible to this user"]
    return _shown_unless(problems, "the limit on Asterisk's core files is 0")


def retention(facts: Facts) -> Verdict:
    """How many cards are kept, since when."""
    kept = facts.holdings
    if kept is None or not kept.cards or kept.oldest_card is None:
        return Verdict(State.SHOWN, "no card is kept")
    age = int((facts.made - kept.oldest_card) / _DAY)
    return Verdict(
        State.SHOWN,
        f"{_many(kept.cards, 'card')} kept, the oldest since {day(kept.oldest_card)} ({_many(age, 'day')})",
    )


def no_code_stored(facts: Facts) -> Verdict:
    """The database has no place for what must not be stored."""
    if facts.holdings is None:
        return Verdict(State.SHOWN, "there is no database yet")
    suspicious = [
        column
        for column in facts.holdings.columns
        if column not in _HARMLESS_COLUMNS
        and any(word in column.split("_") + column.split(".") for word in _FORBIDDEN_COLUMNS)
    ]
    said = f"{len(facts.holdings.columns)} columns, none for a security code, track data, a PIN or a hash of a number"
    return _shown_unless([f"columns to explain: {', '.join(suspicious)}"] if suspicious else [], said)


def proved(facts: Facts) -> Verdict:
    """The leak proof is recent, complete and clean."""
    if problem := proof.judge(facts.proof, facts.versions, facts.made):
        return Verdict(State.MISSING, problem)
    last = facts.proof
    return Verdict(
        State.SHOWN,
        f"{last.calls:,} calls in {last.ways} ways, {last.bytes_searched:,} bytes searched by {last.detectors} "
        f"detectors, {last.controls_fired} of {last.controls} controls fired, 0 leaks, on {day(last.made)}",
    )


def encrypted(facts: Facts) -> Verdict:
    """Each card is stored under the key of this installation."""
    kept = facts.holdings
    if kept is None:
        return Verdict(State.SHOWN, "no card is kept")
    problems = [f"{kept.cards_under_other_keys} records were written under another key"] * bool(
        kept.cards_under_other_keys
    )
    return _shown_unless(
        problems, f"{_many(kept.cards, 'record')}, AES-256-GCM, a data key each, wrapped by key {kept.kek_id}"
    )


def key_store(facts: Facts) -> Verdict:
    """Where the key lies."""
    if facts.holdings is None:
        return Verdict(State.MISSING, "there is no key yet")
    return Verdict(
        State.MISSING,
        f"key {facts.holdings.kek_id} lies in a plain file that only its user can read: fit for test cards only",
    )


def key_age(facts: Facts) -> Verdict:
    """How old the key is; how old it may get is not for software to say."""
    if facts.holdings is None:
        return Verdict(State.OPERATOR, "there is no key yet; set a period for it and replace it in time")
    age = int((facts.made - facts.holdings.key_created) / _DAY)
    made = day(facts.holdings.key_created)
    return Verdict(
        State.OPERATOR,
        f"key {facts.holdings.kek_id} is {_many(age, 'day')} old ({made}); set a period for it and replace it",
    )


def processor_tls(facts: Facts) -> Verdict:
    """Cards leave over TLS, to a host that proves its name."""
    link = facts.processor
    if link.scheme != "https":
        said = f"{link.name} is reached by {link.scheme}: a stand-in on this machine, for test cards"
        return Verdict(State.MISSING, said)
    if not link.verified:
        said = f"{link.name} is reached by https without its certificate and host name being verified"
        return Verdict(State.MISSING, said)
    said = f"{link.host} by https, at least {link.least_tls}, certificate and host name verified"
    return Verdict(State.SHOWN, said)


def phone_lines(facts: Facts) -> Verdict:
    """Calls come in encrypted."""
    sip = [entry for entry in facts.census.sockets if entry.meaning.startswith("SIP")]
    clear = [f"{entry.transport} {entry.address}" for entry in sip if "in the clear" in entry.meaning]
    if not sip:
        return Verdict(State.MISSING, "no socket for calls was seen")
    return _shown_unless(
        [f"SIP without TLS on {', '.join(clear)}: give the trunk TLS and SRTP"] if clear else [],
        "every socket for calls speaks TLS; SRTP is part of `pci check asterisk`",
    )


def own_users(facts: Facts) -> Verdict:
    """Each part runs as a user of its own, and none as root."""
    users = {part: {process.user for process in facts.census.of(part)} for part in PARTS}
    problems = [f"{part} runs as root" for part, names in users.items() if "root" in names]
    card_side = users["pci"] | users["gate"]
    shared = sorted((card_side & (users["ivr"] | users["asterisk"])) | (users["ivr"] & users["asterisk"]))
    problems += [f"the user {name} runs more than one side" for name in shared]
    problems += [f"{part} was not seen" for part, names in users.items() if not names]
    return _shown_unless(problems, ", ".join(f"{part}: {', '.join(sorted(names))}" for part, names in users.items()))


def audited(facts: Facts) -> Verdict:
    """The audit logs are there and whole."""
    problems = _trouble(facts) + [f"the audit log of {one.of} is empty" for one in facts.trails if not _kept(one)]
    counts = ", ".join(f"{one.of}: {_many(one.records, 'record')} since {one.oldest[:10]}" for one in facts.trails)
    return _shown_unless(problems, f"{counts}; each chain holds")


def alarms(facts: Facts) -> Verdict:
    """What the card side raised the alarm about."""
    count = sum(one.alarm_count for one in facts.trails)
    said = "no alarm on record" if not count else f"alarms on record: {count}; the last ones are below"
    return _shown_unless(_trouble(facts), said)


def recorders(facts: Facts) -> Verdict:
    """Recorders were stopped for captures, or the capture was refused."""
    count = sum(one.latch_count for one in facts.trails)
    said = "no capture met a recorder" if not count else f"captures that met a recorder: {count}, listed below"
    return _shown_unless(_trouble(facts), said)


def _trouble(facts: Facts) -> list[str]:
    return [one.problem for one in facts.trails if one.problem]


def _kept(trail: AuditTrail) -> bool:
    return bool(trail.records or trail.problem)


def materials(facts: Facts) -> Verdict:
    """What the product is made of."""
    count = len(facts.components)
    return Verdict(State.SHOWN, f"{count} components in sbom.json, read off what is installed")


def ciphers(facts: Facts) -> Verdict:
    """Which cryptography is in use."""
    return Verdict(
        State.SHOWN,
        "cards AES-256-GCM; key wrap AES-256 (RFC 3394); names and chains HMAC-SHA-256; "
        f"TLS by {facts.versions.openssl}, at least {facts.processor.least_tls}",
    )
