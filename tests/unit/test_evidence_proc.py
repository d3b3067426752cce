"""What the evidence reads off /proc: processes, limits, sockets; and what it does with a /proc that is odd."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.evidence import proc
from pci.evidence.peers import read_answer, unix_peers
from pci.evidence.proc import ProcUnreadable
from tests.unit.made_up_proc import MadeUpProc


@pytest.fixture
def machine(tmp_path: Path) -> MadeUpProc:
    return MadeUpProc(tmp_path / "proc")


def test_given_a_process_then_its_user_unit_and_limits_are_read(machine: MadeUpProc) -> None:
    machine.process(42, "/usr/bin/python3", "-m", "pci", "serve")
    found = proc.process(42, "pci", machine.folder)
    assert found is not None
    assert (found.pid, found.role, found.name, found.uid) == (42, "pci", "python3", os.geteuid())
    assert (found.unit, found.no_new_privs, found.seccomp) == ("tonewall-pci.service", True, True)
    assert (found.core_limit, found.memlock_limit, found.locked_kib, found.swapped_kib) == (0, None, 2048, 0)


def test_given_a_process_whose_files_belong_to_another_then_it_is_not_dumpable(machine: MadeUpProc) -> None:
    machine.process(42, "python3", uid=os.geteuid() + 4000)
    found = proc.process(42, "pci", machine.folder)
    assert found is not None
    assert found.dumpable is False


def test_given_a_process_of_root_then_nobody_claims_to_know_whether_it_is_dumpable(machine: MadeUpProc) -> None:
    machine.process(42, "python3", uid=0)
    found = proc.process(42, "pci", machine.folder)
    assert found is not None
    assert found.dumpable is None


def test_given_a_process_that_is_gone_then_there_is_none(machine: MadeUpProc) -> None:
    assert proc.process(42, "pci", machine.folder) is None
    assert proc.inodes_of(42, machine.folder) is None
    assert proc.words_of(42, machine.folder) == ()


@pytest.mark.parametrize("lost", ["NoNewPrivs", "Uid", "Seccomp", "Name"])
def test_given_a_status_without_a_line_then_it_is_an_error_and_no_guess(machine: MadeUpProc, lost: str) -> None:
    machine.process(42, "python3")
    status = machine.folder / "42" / "status"
    status.write_text("".join(line for line in status.read_text().splitlines(True) if not line.startswith(lost)))
    with pytest.raises(ProcUnreadable):
        proc.process(42, "pci", machine.folder)


def test_given_sockets_of_every_kind_then_each_is_read_with_its_address(machine: MadeUpProc) -> None:
    machine.inet("tcp", "127.0.0.1:8088", 11)
    machine.inet("tcp", "10.1.2.3:40000", 12, remote="192.0.2.7:443", state="01")
    machine.inet("tcp6", "[::1]:5061", 13)
    machine.inet("udp", "0.0.0.0:5060", 14, state="07")
    machine.unix(15, "/run/tonewall/pci.sock", listens=True)
    machine.unix(16)
    rows = {row.inode: row for row in proc.rows(machine.folder)}
    assert (rows[11].local, rows[11].takes_in, rows[11].uid) == ("127.0.0.1:8088", True, 1001)
    assert (rows[12].local, rows[12].remote, rows[12].takes_in) == ("10.1.2.3:40000", "192.0.2.7:443", False)
    assert (rows[13].local, rows[14].local) == ("[::1]:5061", "0.0.0.0:5060")
    assert (rows[15].local, rows[15].takes_in) == ("/run/tonewall/pci.sock", True)
    assert not rows[16].takes_in


def test_given_a_kernel_without_ipv6_then_its_tables_are_not_missed(machine: MadeUpProc) -> None:
    for table in ("tcp6", "udp6"):
        (machine.folder / "net" / table).unlink()
    assert proc.rows(machine.folder) == ()


@given(line=st.text(min_size=1, max_size=200).filter(lambda text: len(text.split()) != 0))
def test_given_any_line_in_a_table_then_it_is_read_or_an_error_and_never_skipped(
    tmp_path_factory: pytest.TempPathFactory, line: str
) -> None:
    machine = MadeUpProc(tmp_path_factory.mktemp("any") / "proc")
    with (machine.folder / "net" / "tcp").open("a", encoding="utf-8") as file:
        file.write(line.replace("\n", " ") + "\n")
    with pytest.raises(ProcUnreadable):
        proc.rows(machine.folder)


def test_given_a_table_without_end_then_it_is_an_error(machine: MadeUpProc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc, "_MOST_BYTES", 1000)
    for number in range(10):
        machine.inet("tcp", "127.0.0.1:8088", number)
    with pytest.raises(ProcUnreadable):
        proc.rows(machine.folder)


def test_given_more_descriptors_than_any_process_has_then_it_is_an_error(
    machine: MadeUpProc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proc, "_MOST_DESCRIPTORS", 3)
    machine.process(42, "python3", sockets=(1, 2, 3, 4))
    with pytest.raises(ProcUnreadable):
        proc.inodes_of(42, machine.folder)


def test_given_two_sockets_that_are_connected_then_the_kernel_names_each_as_the_others_peer() -> None:
    one, other = socket.socketpair()
    with one, other:
        inodes = os.fstat(one.fileno()).st_ino, os.fstat(other.fileno()).st_ino
        peers = unix_peers()
    if not peers:
        pytest.skip("this kernel has no diagnostics of unix sockets")
    assert (peers[inodes[0]], peers[inodes[1]]) == (inodes[1], inodes[0])


@given(st.binary(max_size=400))
def test_given_any_bytes_for_an_answer_then_reading_them_ends(answer: bytes) -> None:
    pairs, _ = read_answer(answer)
    assert len(pairs) <= len(answer) // 32
