"""What the kernel tells about a running Asterisk, from a /proc of our own making, and what is wrong with it."""

from __future__ import annotations

import os
import socket as unix
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from pci.errors import ConfigError
from pci.hardening.check import check, read_files
from pci.hardening.live import Live, LogChannel
from pci.hardening.process import Listener, Process, find_processes
from pci.hardening.rule import is_loopback
from tests.unit.hardened import CONF, QUIET, plant, rendered

WILD = "00000000"
LOOPBACK = "0100007F"
LOADER = ["/opt/lib/ld-linux-x86-64.so.2", "--library-path", "/opt/lib", "--argv0", "asterisk", "/opt/sbin/asterisk"]


def a_process(proc: Path, pid: int, *words: str, core: str = "0", sockets: str = "") -> None:
    folder = proc / str(pid)
    for part in ("fd", "net"):
        (folder / part).mkdir(parents=True)
    (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
    (folder / "status").write_text("Name:\tasterisk\nUid:\t1001\t1001\t1001\t1001\n")
    (folder / "limits").write_text(f"Limit  Soft Limit  Hard Limit  Units\nMax core file size  {core}  0  bytes\n")
    (folder / "cwd").symlink_to("/var/lib/asterisk")
    (folder / "fd/7").symlink_to("socket:[77]")
    (folder / "fd/8").symlink_to("/dev/null")
    (folder / "net/tcp").write_text(f"  sl local rem st tx tr tm uid timeout x inode\n{sockets}")


def a_proc(folder: Path) -> Path:
    for name, text in {"net/ipv4/ip_local_port_range": "32768\t60999\n", "kernel/core_pattern": "core\n"}.items():
        path = folder / "proc/sys" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return folder / "proc"


def socket(address: str, port: int, state: str = "0A", inode: int = 77) -> str:
    return f"   0: {address}:{port:04X} 00000000:0000 {state} 0:0 00:0 0 1001 0 {inode} 1\n"


def codes(etc: Path, process: Process | None = None, live: Live | None = None) -> list[tuple[str, str]]:
    return [(finding.rule.code, finding.says) for finding in check(read_files(etc / CONF, process, live))]


def test_an_asterisk_is_found_however_it_is_started_and_a_console_is_none(tmp_path: Path) -> None:
    proc = a_proc(tmp_path)
    a_process(proc, 10, "/usr/sbin/asterisk", "-fC", "/etc/a.conf", "-U", "asterisk")
    a_process(proc, 11, *LOADER, "-C", "etc/b.conf", "-g")
    a_process(proc, 12, "asterisk", "-rx", "core show settings")
    a_process(proc, 13, "python", "-m", "pci", "check", "asterisk")
    a_process(proc, 14)
    found = find_processes(proc=proc)
    assert [(one.pid, one.options, str(one.conf)) for one in found] == [
        (10, "fCU", "/etc/a.conf"),
        (11, "Cg", "/var/lib/asterisk/etc/b.conf"),
    ]
    assert [one.pid for one in find_processes(Path("/etc/a.conf"), proc)] == [10]
    assert (found[0].uid, found[0].core_limit, found[0].ephemeral) == (1001, "0", range(32768, 61000))


def test_only_its_own_listening_sockets_count(tmp_path: Path) -> None:
    proc = a_proc(tmp_path)
    sockets = socket(WILD, 5038) + socket(LOOPBACK, 8088) + socket(WILD, 22, inode=5) + socket(WILD, 5061, "01")
    a_process(proc, 10, "asterisk", sockets=sockets)
    [process] = find_processes(proc=proc)
    assert [str(one) for one in process.listeners] == ["tcp 0.0.0.0 port 5038", "tcp 127.0.0.1 port 8088"]


def test_a_process_that_may_not_be_looked_into_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> str:
        raise PermissionError

    proc = a_proc(tmp_path)
    a_process(proc, 10, "asterisk")
    monkeypatch.setattr(os, "readlink", refused)
    with pytest.raises(ConfigError, match="process 10 is an Asterisk of another user"):
        find_processes(proc=proc)


@pytest.mark.parametrize(
    ("process", "finding"),
    [
        (replace(QUIET, uid=0), ("AST701", "its user is root")),
        (replace(QUIET, core_limit="unlimited"), ("AST702", "its limit for core files is unlimited")),
        (replace(QUIET, core_pattern="|/usr/share/apport %p"), ("AST703", "|/usr/share/apport %p")),
        (replace(QUIET, options="fg"), ("AST704", "it was started with -g: core files")),
        (replace(QUIET, options="vvvv"), ("AST704", "it was started with -v: verbose messages")),
    ],
)
def test_a_fault_of_the_process_is_its_only_finding(
    tmp_path: Path, process: Process, finding: tuple[str, str]
) -> None:
    assert [one for one in codes(rendered(tmp_path), process) if one[0].startswith("AST7")] == [finding]


@pytest.mark.parametrize(("pattern", "dumpable"), [("|/bin/false", True), ("|/usr/lib/collector", False)])
def test_a_pipe_that_gets_nothing_is_no_finding(tmp_path: Path, pattern: str, dumpable: bool) -> None:
    assert codes(rendered(tmp_path), replace(QUIET, core_pattern=pattern, dumpable=dumpable)) == []


def test_a_control_socket_that_everybody_may_open_is_named(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    control = tmp_path / "run" / "asterisk.ctl"
    with unix.socket(unix.AF_UNIX) as listening:
        listening.bind(str(control))
        control.chmod(0o666)
        assert codes(etc) == [("AST109", "mode 0666")]
        control.chmod(0o660)
        assert codes(etc) == []


@pytest.mark.parametrize(
    ("protocol", "port", "open_"),
    [("tcp", 5038, True), ("tcp", 5061, False), ("udp", 4569, True), ("udp", 10004, False), ("udp", 40000, False)],
)
def test_a_socket_beyond_loopback_is_named_unless_a_trunk_needs_it(
    tmp_path: Path, protocol: str, port: int, open_: bool
) -> None:
    etc = rendered(tmp_path)
    plant(etc, "pjsip.conf", "", "[wan]\ntype = transport\nprotocol = tls\nbind = 192.0.2.1:5061")
    outside = Listener(protocol, ip_address("192.0.2.1"), port)
    inside = Listener(protocol, ip_address("127.0.0.1"), port)
    found = [says for code, says in codes(etc, replace(QUIET, listeners=(outside, inside))) if code == "AST705"]
    assert found == ([f"{protocol} 192.0.2.1 port {port}"] if open_ else [])


def live(etc: Path, *more: str, version: str = "22.10.1", log: str = "NOTICE ERROR ") -> Live:
    lines = (etc / "modules.conf").read_text().splitlines()
    modules = {line.split(" = ")[1] for line in lines if line.startswith(("require", "load"))}
    return Live(version, frozenset(modules | {"acl", *more}), (LogChannel(channel="full", configuration=log),))


@pytest.mark.parametrize(
    ("address", "own"),
    [
        *((text, True) for text in ("127.0.0.1", "127.1.2.3:5060", "::1", "[::1]:5060", "[::1]", "localhost")),
        *((text, False) for text in ("0.0.0.0", "0.0.0.0:5060", "::", "[::]:5060", "192.0.2.1", "pbx.example", "")),
    ],
)
def test_only_addresses_of_this_machine_alone_are_loopback(address: str, own: bool) -> None:
    assert is_loopback(address) is own


def test_what_runs_as_configured_is_clean(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    assert codes(etc, live=live(etc)) == []


def test_what_the_running_asterisk_adds_is_named(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    said = live(etc, "app_read.so", "bridge_native_rtp.so", "func_math.so", version="18.9.3", log="NOTICE DTMF ")
    assert codes(etc, live=said) == [
        ("AST611", "app_read.so is loaded"),
        ("AST611", "bridge_native_rtp.so is loaded"),
        ("AST612", "func_math.so is loaded"),
        ("AST711", "full takes dtmf at this moment"),
        ("AST712", "Asterisk 18.9.3"),
    ]
