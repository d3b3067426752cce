"""The evidence of the running product is true: its numbers are compared with what other sources say of the run."""

from __future__ import annotations

import asyncio
import json
import platform
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from stack.processes import is_event
from stack.product import ROOT, Plan, Product, product

PARTS = ("asterisk", "pci", "gate", "ivr", "simulator")


async def evidence_of(running: Product, out: Path) -> tuple[int, dict[str, Any]]:
    """What `pci evidence` answers and writes."""
    arguments = (
        *("--config", str(running.folder / "pci" / "pci.toml")),
        *("--gate-config", str(running.folder / "gate" / "gate.toml")),
        *("--proof", str(out / "none.json"), "--out", str(out)),
    )
    command = await asyncio.create_subprocess_exec(sys.executable, "-m", "pci", "evidence", *arguments, cwd=ROOT)
    return await command.wait(), json.loads((out / "evidence.json").read_text())


def doors(pid: int) -> set[tuple[str, str]]:
    """Where a process takes something in from the network, as psutil sees it."""
    found = set()
    for entry in psutil.Process(pid).net_connections("inet"):
        tcp = entry.type.name == "SOCK_STREAM"
        if entry.status == "LISTEN" if tcp else not entry.raddr:
            host = f"[{entry.laddr.ip}]" if ":" in entry.laddr.ip else entry.laddr.ip
            found.add(("tcp" if tcp else "udp", f"{host}:{entry.laddr.port}"))
    return found


async def test_given_the_running_product_then_its_evidence_is_true(tmp_path: Path) -> None:
    async with product(Plan(tmp_path / "product")) as running:
        status, found = await evidence_of(running, tmp_path / "out")
        assert status == 0
        facts = found["facts"]
        await its_processes_and_sockets_are_those_of_the_run(running, facts["census"])
        await its_versions_are_those_of_the_run(running, facts["versions"])
        ready = await running.pci.expect(is_event("ready"))
        assert facts["holdings"]["kek_id"] == ready["kek_id"]
        assert [trail["problem"] for trail in facts["trails"]] == ["", ""]
        assert min(trail["records"] for trail in facts["trails"]) >= 1
        assert not {row["says"] for row in found["rows"] if row["says"].startswith("not running")}
        nothing_secret_is_in(tmp_path / "out", running)
        # when Asterisk is gone
        running.asterisk.process.kill()
        await running.asterisk.process.wait()
        status, found = await evidence_of(running, tmp_path / "later")
        assert status == 1
        assert found["not_running"] == ["asterisk"]
        assert [row["says"] for row in found["rows"] if row["numbers"] == ["1.2.4", "12.5.2"]] == [
            "not running: asterisk"
        ]


async def its_processes_and_sockets_are_those_of_the_run(running: Product, census: dict[str, Any]) -> None:
    pids = {part: running.programs[part].pid for part in PARTS}
    assert {part: [one["pid"] for one in census["processes"] if one["role"] == part] for part in PARTS} == {
        part: [pid] for part, pid in pids.items()
    }
    listed = {(entry["transport"], entry["address"]) for entry in census["sockets"] if entry["transport"] != "unix"}
    assert listed == set.union(*(doors(pid) for pid in pids.values()))
    ports = running.asterisk.ports
    simulator = urlsplit(running.processor_url).port
    assert {int(address.rpartition(":")[2]) for kind, address in listed if kind == "tcp"} == {
        ports.http,
        ports.sip,
        simulator,
    }
    meanings = {entry["address"]: entry["meaning"] for entry in census["sockets"]}
    assert "unexplained" not in meanings.values()
    assert meanings[f"127.0.0.1:{ports.http}"].startswith("ARI")
    assert meanings[f"127.0.0.1:{ports.sip}"].startswith("SIP")
    assert {str(running.folder / "pci" / "pci.sock"), str(running.folder / "gate" / "gate.sock")} <= set(meanings)
    assert {(flow["source"], flow["target"]) for flow in census["flows"]} >= {
        ("pci", "asterisk"),
        ("gate", "asterisk"),
    }


async def its_versions_are_those_of_the_run(running: Product, versions: dict[str, str]) -> None:
    assert versions["asterisk"] in await running.asterisk.cli("core show version")
    assert versions["python"] == platform.python_version()
    assert versions["openssl"] == ssl.OPENSSL_VERSION


def nothing_secret_is_in(out: Path, running: Product) -> None:
    written = b"".join(path.read_bytes() for path in out.iterdir())
    secrets = [path.read_bytes().strip() for path in running.folder.glob("*/*.secret")]
    secrets += [path.read_bytes().hex().encode() for path in running.folder.glob("*/*.key")]
    assert len(secrets) >= 4
    assert [secret for secret in secrets if secret in written] == []
