"""The table of requirements: in order where all is, and each fact that is not as it should be turns its row."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pci.evidence.facts import UNEXPLAINED, AsteriskCheck, AuditTrail, Census, Facts, Finding, Proof
from pci.evidence.requirements import REQUIREMENTS, Row, judge
from pci.evidence.verdicts import State
from tests.unit.made_up_facts import CENSUS, DAY, IN_ORDER, NOW, socket, with_process, with_socket

# what the product is asked for by PCI DSS 4.0.1: each has at least one row, and no other number has one
NUMBERS = """
    1.2.4 1.3.1 1.3.2 2.2 3.2.1 3.3.1 3.3.2 3.4.1 3.4.2 3.5.1 3.5.1.1 3.5.1.2 3.6.1 3.7 4.2.1 4.2.1.1 6.3.1 6.3.2
    6.3.3 6.5 7.2 7.3 8.2 8.3 8.4 10.2.1 10.2.2 10.3 10.4.1.1 10.5.1 10.6 11.3 11.4 11.5 12.3.3 12.5.2 12.8 12.9
    12.10.5 12.10.7
"""
PLAIN_KEY = "lies in a plain file"
HOLDINGS = IN_ORDER.holdings
assert HOLDINGS is not None


def missing(facts: Facts) -> list[str]:
    return [row.says for row in judge(facts) if row.state is State.MISSING]


def rows_of(facts: Facts, number: str) -> list[Row]:
    return [row for row in judge(facts) if number in row.numbers]


def test_given_the_table_then_its_numbers_are_these_and_every_row_says_where_it_comes_from() -> None:
    assert {number for row in REQUIREMENTS for number in row.numbers.split()} == set(NUMBERS.split())
    assert all(row.asks and row.source for row in REQUIREMENTS)


def test_given_all_in_order_then_only_the_key_in_a_plain_file_is_missing() -> None:
    assert [PLAIN_KEY in says for says in missing(IN_ORDER)] == [True]


def test_given_a_socket_beyond_this_machine_then_it_is_said_what_it_is_for() -> None:
    reach = next(row.says for row in judge(IN_ORDER) if "unix sockets alone" in row.says)
    assert reach.endswith("beyond this machine: 203.0.113.5:5061 (SIP over TLS: calls come in here)")


def test_given_any_facts_then_what_is_the_operators_job_stays_it() -> None:
    jobs = [row.asks for row in judge(IN_ORDER) if row.state is State.OPERATOR]
    assert [row.asks for row in judge(replace(IN_ORDER, census=Census())) if row.state is State.OPERATOR] == jobs
    assert len(jobs) >= 10


def test_given_no_row_then_none_claims_compliance() -> None:
    text = " ".join(row.asks + row.says for row in judge(IN_ORDER)).lower()
    assert not re.search(r"complian|certif(?!icate)|assessed", text)


BAD = {
    "an unexplained socket": (with_socket(socket("asterisk", "tcp", "0.0.0.0:4444", UNEXPLAINED)), "unexplained"),
    "an owner that is not seen": (replace(IN_ORDER, census=replace(CENSUS, unseen=("x",))), "run as root: x"),
    "pci on the network": (
        with_socket(socket("pci", "tcp", "127.0.0.1:9", "captures")),
        "pci listens on 127.0.0.1:9",
    ),
    "SIP in the clear": (with_socket(socket("asterisk", "udp", "203.0.113.5:5060", "SIP in the clear: …")), "TLS"),
    "a core file of pci": (with_process("pci", core_limit=None), "pci could write a core file"),
    "a core file of Asterisk": (with_process("asterisk", core_limit=None), "asterisk could write a core file"),
    "a dumpable gate": (with_process("gate", dumpable=True), "gate is dumpable"),
    "pci as root": (with_process("pci", dumpable=None, user="root"), "pci runs as root"),
    "new privileges": (with_process("pci", no_new_privs=False), "pci may gain privileges"),
    "memory in swap": (with_process("pci", swapped_kib=4), "pci has memory in swap"),
    "one user for two sides": (with_process("ivr", user="tonewall-pci"), "tonewall-pci runs more than one side"),
    "findings": (
        replace(IN_ORDER, asterisk=AsteriskCheck((Finding("leak", "cel.conf:1", "CEL is on", "turn it off"),))),
        "1 finding",
    ),
    "no check": (replace(IN_ORDER, asterisk=AsteriskCheck(problem="could not be checked")), "could not be checked"),
    "a leak": (replace(IN_ORDER, proof=replace(IN_ORDER.proof, leaks=2)), "found 2 leaks"),
    "a control that did not fire": (replace(IN_ORDER, proof=replace(IN_ORDER.proof, controls_fired=8)), "8 of 9"),
    "a proof without calls": (replace(IN_ORDER, proof=replace(IN_ORDER.proof, calls=0)), "proves nothing"),
    "a run that proved nothing": (
        replace(IN_ORDER, proof=replace(IN_ORDER.proof, proved=False)),
        "without a proof",
    ),
    "a proof of another Asterisk": (
        replace(IN_ORDER, proof=replace(IN_ORDER.proof, asterisk="20.1.0")),
        "of Asterisk 20.1.0",
    ),
    "an old proof": (replace(IN_ORDER, proof=replace(IN_ORDER.proof, made=NOW - 91 * DAY)), "91 days old"),
    "no proof": (replace(IN_ORDER, proof=Proof(problem="there is no proof")), "there is no proof"),
    "a broken chain": (
        replace(IN_ORDER, trails=(AuditTrail("pci", records=3, problem="pci: line 2 was changed"),)),
        "line 2 was changed",
    ),
    "an empty log": (replace(IN_ORDER, trails=(AuditTrail("pci"),)), "the audit log of pci is empty"),
    "a processor in the clear": (
        replace(IN_ORDER, processor=replace(IN_ORDER.processor, scheme="http")),
        "reached by http",
    ),
    "certificates not looked at": (
        replace(IN_ORDER, processor=replace(IN_ORDER.processor, certificate_required=False)),
        "stripe is reached by https without",
    ),
    "records under another key": (
        replace(IN_ORDER, holdings=replace(HOLDINGS, cards_under_other_keys=4)),
        "4 records were written under another key",
    ),
    "a column for a code": (
        replace(IN_ORDER, holdings=replace(HOLDINGS, columns=("tokens.cvv", "tokens.number_hash"))),
        "tokens.cvv, tokens.number_hash",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_given_one_thing_wrong_then_a_row_is_missing_and_names_it(case: str) -> None:
    facts, named = BAD[case]
    assert any(named in says for says in missing(facts)), missing(facts)


def test_given_nothing_runs_then_the_rows_that_need_it_say_so() -> None:
    facts = replace(IN_ORDER, census=Census(), versions=replace(IN_ORDER.versions, asterisk=""))
    assert facts.down == ("pci", "asterisk")
    assert {row.says for row in rows_of(facts, "1.2.4")} == {"not running: pci, asterisk"}
    needing = [row for row in REQUIREMENTS if row.needs]
    assert sum(row.says.startswith("not running") for row in judge(facts)) == len(needing)


def test_given_asterisk_on_another_machine_then_its_answer_counts_as_running() -> None:
    facts = replace(IN_ORDER, census=replace(CENSUS, processes=CENSUS.of("pci")))
    assert facts.down == ()
