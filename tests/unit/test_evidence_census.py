"""The census: who runs, who listens where and why, who talks to whom. On a made-up machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pci.evidence import census
from pci.evidence.census import Expected
from pci.evidence.facts import UNEXPLAINED, Census
from tests.unit.made_up_proc import MadeUpProc

PCI, GATE = "/run/tonewall/pci.sock", "/run/tonewall/gate.sock"
EXPECTED = (
    Expected("pci", "unix", "captures", PCI, names=True),
    Expected("gate", "unix", "the gate", GATE, names=True),
    Expected("asterisk", "tcp", "ARI", ports=range(8088, 8089), names=True),
    Expected("asterisk", "udp", "audio", ports=range(10_000, 10_100)),
    Expected("asterisk", "udp", "DNS", ports=range(32_768, 61_000), any_address=True),
)


@pytest.fixture
def machine(tmp_path: Path) -> MadeUpProc:
    """pci (10) and gate (20) log in to asterisk (30), ivr (40) is connected to gate, sshd (50) is by itself."""
    made = MadeUpProc(tmp_path / "proc")
    made.process(10, "python", "-m", "pci", "serve", sockets=(101, 102))
    made.process(20, "python", "-m", "pci", "gate", sockets=(201, 202, 203))
    made.process(30, "/usr/sbin/asterisk", "-f", sockets=(301, 302, 303, 304))
    made.process(40, "python", "/opt/tonewall/bin/ivr", "serve", sockets=(401,))
    made.process(50, "sshd", sockets=(501,))
    made.unix(101, PCI, listens=True)
    made.unix(201, GATE, listens=True)
    made.unix(203, GATE)
    made.unix(401)
    made.inet("tcp", "127.0.0.1:8088", 301)
    made.inet("tcp", "127.0.0.1:40001", 102, remote="127.0.0.1:8088", state="01")
    made.inet("tcp", "127.0.0.1:8088", 302, remote="127.0.0.1:40001", state="01")
    made.inet("tcp", "127.0.0.1:40002", 202, remote="127.0.0.1:8088", state="01")
    made.inet("tcp", "127.0.0.1:8088", 303, remote="127.0.0.1:40002", state="01")
    made.inet("udp", "127.0.0.1:10004", 304, state="07")
    made.inet("tcp", "0.0.0.0:22", 501)
    return made


def take(machine: MadeUpProc) -> Census:
    return census.take(EXPECTED, machine.folder, peers=lambda: {401: 203, 203: 401})


def test_given_a_running_stack_then_each_part_is_known_by_what_it_serves_or_was_started_as(
    machine: MadeUpProc,
) -> None:
    found = take(machine)
    assert {process.pid: process.role for process in found.processes} == {
        10: "pci",
        20: "gate",
        30: "asterisk",
        40: "ivr",
    }


def test_given_a_running_stack_then_every_socket_has_its_owner_and_its_reason(machine: MadeUpProc) -> None:
    assert {(entry.address, entry.roles, entry.meaning) for entry in take(machine).sockets} == {
        (PCI, ("pci",), "captures"),
        (GATE, ("gate",), "the gate"),
        ("127.0.0.1:8088", ("asterisk",), "ARI"),
        ("127.0.0.1:10004", ("asterisk",), "audio"),
    }


@pytest.mark.parametrize(
    ("table", "address", "state"),
    [
        ("tcp", "0.0.0.0:4444", "0A"),
        ("tcp6", "[::]:8089", "0A"),
        ("udp", "10.0.0.1:40123", "07"),  # not bound to any address, as a DNS lookup would be
    ],
)
def test_given_a_socket_that_nothing_accounts_for_then_it_is_unexplained(
    machine: MadeUpProc, table: str, address: str, state: str
) -> None:
    machine.inet(table, address, 999, state=state)
    (machine.folder / "30" / "fd" / "99").symlink_to("socket:[999]")
    strange = [entry for entry in take(machine).sockets if entry.meaning == UNEXPLAINED]
    assert [(entry.address, entry.roles) for entry in strange] == [(address, ("asterisk",))]


def test_given_pci_on_a_port_that_only_asterisk_may_have_then_it_is_unexplained(machine: MadeUpProc) -> None:
    machine.inet("udp", "127.0.0.1:10006", 999, state="07")
    (machine.folder / "10" / "fd" / "99").symlink_to("socket:[999]")
    assert UNEXPLAINED in {entry.meaning for entry in take(machine).sockets if "pci" in entry.roles}


def test_given_open_connections_then_each_flow_has_its_ends_and_its_number(machine: MadeUpProc) -> None:
    flows = {(flow.source, flow.target, flow.over, flow.count) for flow in take(machine).flows}
    assert flows == {
        ("pci", "asterisk", "tcp 8088", 1),
        ("gate", "asterisk", "tcp 8088", 1),
        ("ivr", "gate", "unix gate.sock", 1),
    }


def test_given_a_connection_to_another_host_then_the_flow_names_it(machine: MadeUpProc) -> None:
    machine.inet("tcp", "10.0.0.5:40003", 103, remote="192.0.2.7:443", state="01")
    (machine.folder / "10" / "fd" / "99").symlink_to("socket:[103]")
    assert ("pci", "192.0.2.7", "tcp 443") in {(flow.source, flow.target, flow.over) for flow in take(machine).flows}


def test_given_a_program_of_others_in_between_then_it_is_named_and_the_part_behind_it_found(
    machine: MadeUpProc,
) -> None:
    machine.process(60, "tap", sockets=(601, 602))
    machine.process(70, "python", "-m", "pci", "simulator", sockets=(701,))
    for inode in (601, 602, 701, 104):
        machine.unix(inode)
    (machine.folder / "10" / "fd" / "99").symlink_to("socket:[104]")
    peers = {401: 203, 203: 401, 104: 601, 601: 104, 602: 701, 701: 602}
    found = census.take(EXPECTED, machine.folder, peers=lambda: peers)
    assert {process.role for process in found.processes if process.pid in (60, 70)} == {"other", "simulator"}


def test_given_a_socket_whose_owner_may_not_be_seen_then_it_is_listed_as_that(machine: MadeUpProc) -> None:
    for link in (machine.folder / "30" / "fd").iterdir():
        link.unlink()
    found = take(machine)
    assert "127.0.0.1:8088" in found.unseen
    assert "asterisk" not in found.roles()


def test_given_nothing_of_the_product_runs_then_the_census_is_empty(tmp_path: Path) -> None:
    assert census.take(EXPECTED, MadeUpProc(tmp_path / "proc").folder, peers=dict) == Census()
