"""`pci evidence`: look at everything, judge it, write it down."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pci.audit import head_of
from pci.config import Settings, load, read
from pci.errors import ConfigError, PciError
from pci.evidence import asterisk, census, holdings, processor, proof, software, trail
from pci.evidence.census import Expected
from pci.evidence.facts import Facts
from pci.evidence.page import as_html, as_json
from pci.evidence.requirements import judge
from pci.evidence.verdicts import State
from pci.gate.config import GateSettings
from pci.log import set_up as set_up_logs
from pci.process import harden, unlock_memory

_ABOUT: Final = "Writes down what the running system shows, row by row beside the requirements of PCI DSS 4.0.1."
_EPILOG: Final = (
    "Run it as root: only root may see whose the sockets are. Exit status: 0 if pci and Asterisk run, 1 if one does "
    "not (the rows that need it say so), 2 if the settings cannot be read."
)
_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to look, and where to write."""

    config: Path
    gate_config: Path | None
    proof: Path
    out: Path


def main(arguments: Sequence[str]) -> int:
    """Write evidence.html, evidence.json and sbom.json; 1 if a part does not run, 2 if something cannot be read."""
    sources = _read(arguments)
    set_up_logs(sys.stderr)
    try:
        harden()
        facts = collect(sources)
        write(sources.out, facts)
    except PciError as error:
        sys.stderr.write(f"pci: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"pci: {error.filename}: {error.strerror}\n")
        return 2
    if facts.down:
        sys.stderr.write(f"pci: not running: {', '.join(facts.down)}; the rows that need it say so\n")
    return 1 if facts.down else 0


def _read(arguments: Sequence[str]) -> Sources:
    parser = argparse.ArgumentParser(prog="pci evidence", description=_ABOUT, epilog=_EPILOG)
    parser.add_argument("--config", type=Path, default=Path("pci.toml"), metavar="FILE", help="settings of pci")
    parser.add_argument("--gate-config", type=Path, metavar="FILE", help="settings of the gate, where there is one")
    parser.add_argument(
        "--proof", type=Path, default=Path("proof/report.json"), metavar="FILE", help="report of the last leak proof"
    )
    parser.add_argument("--out", type=Path, default=Path("evidence"), metavar="DIR", help="folder to write into")
    named = parser.parse_args(arguments)
    return Sources(named.config, named.gate_config, named.proof, named.out)


def collect(sources: Sources) -> Facts:
    """Everything there is to know. What a private file holds is read as its owner, the rest as whoever runs this."""
    made = time.time()
    with _as_owner(sources.config):
        settings = load(sources.config)
        kept = holdings.count(settings.database, settings.key_file)
        live = asyncio.run(asterisk.answer(settings.asterisk))
        trails = [trail.read("pci", settings.audit, settings.key_file, settings.database)]
    gate = None
    if sources.gate_config:
        with _as_owner(sources.gate_config):
            gate = read(sources.gate_config, GateSettings)
            trails.append(trail.read("gate", gate.audit, gate.key_file, head_of(gate.audit)))
    running = software.versions(live.version if live else "")
    found, checked = asterisk.look_at(settings.asterisk, live)
    return Facts(
        made=made,
        host_name=socket.gethostname(),
        versions=running,
        host=software.host(),
        census=census.take((*_named(settings, gate), *(asterisk.expected(found) if found else ()))),
        processor=processor.link(settings.processor),
        holdings=kept,
        asterisk=checked,
        proof=proof.read(sources.proof),
        trails=tuple(trails),
        components=(*software.beneath(running), *software.installed()),
    )


def write(folder: Path, facts: Facts) -> None:
    """The three files, for this user alone."""
    rows = judge(facts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.html").write_text(as_html(facts, rows), encoding="utf-8")
    (folder / "evidence.json").write_text(as_json(facts, rows), encoding="utf-8")
    bill = software.bill_of_materials(facts.versions, facts.components, facts.made)
    (folder / "sbom.json").write_text(bill, encoding="utf-8")
    states = ", ".join(f"{sum(row.state is state for row in rows)} {state.value}" for state in State)
    sys.stdout.write(f"{folder / 'evidence.html'}: {states}\n")


def _named(settings: Settings, gate: GateSettings | None) -> Iterator[Expected]:
    """The sockets by which the parts of the product are known."""
    yield Expected(
        "pci", "unix", "the call side asks for captures and charges here", str(settings.socket), names=True
    )
    if gate:
        yield Expected("gate", "unix", "the call side's only way to Asterisk", str(gate.socket), names=True)
    port = asterisk.ari_port(settings.asterisk)
    yield Expected("asterisk", "tcp", "ARI, for pci and gate", ports=range(port, port + 1), names=True)
    if stand_in := processor.port_on_this_machine(settings.processor):
        meaning = "a stand-in for the payment processor"
        yield Expected("simulator", "tcp", meaning, ports=range(stand_in, stand_in + 1), names=True)


@contextmanager
def _as_owner(config: Path) -> Iterator[None]:
    """Root takes a private file only from root: so act as the user that the key file (or the settings) belongs to."""
    named = config.resolve().parent / str(_toml(config).get("key_file", ""))
    owner = (named if named.is_file() else config).stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    # that user's limit would count what root has locked, and be full: no file could be mapped any more
    unlock_memory()
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(file.read(_MOST_BYTES).decode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
