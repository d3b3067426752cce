"""Start the whole product on loopback: Asterisk, the processor stand-in, an SMSC, the card side, the call side."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.bill import Bill
from ivr.bills import BillsRefused, read_bills
from ivr.flow.errors import FlowProblems
from ivr.flow.library import load_flows
from ivr.prompts.catalogue import Catalogue
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from stack.ari_place import AriPlace
from stack.asterisk import Amend, Instance, unchanged
from stack.asterisk import running as running_asterisk
from stack.children import alongside, how_it_ended
from stack.errors import NotStarted
from stack.pages import AGENTS, PHONES, Pages
from stack.ports import LOOPBACK, free_sip_port
from stack.processes import Line, Process, is_event, running
from stack.wiretap import Tap, tap_unix

ROOT = Path(__file__).resolve().parent.parent
Listener = Callable[[str, Line], None]


@dataclass(frozen=True, slots=True)
class Processor:
    """Which payment processor the card side charges: where it listens, and its key."""

    name: str = "simulator"
    url: str = ""
    api_key: str = "demo-key"
    timeout: float = 15.0


@dataclass(frozen=True, slots=True)
class Sms:
    """Where text messages go: the port of an SMSC on loopback and its login."""

    port: int
    system_id: str = "tonewall"
    password: str = "demo-sms"  # noqa: S105 - of a stand-in on loopback


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start and where. Empty parts are filled with stand-ins."""

    folder: Path
    bills: Path = ROOT / "demo" / "bills.csv"
    flows: Path = ROOT / "flows"
    processor: Processor = field(default_factory=Processor)
    sms: Sms | None = None
    person_port: int = field(default_factory=free_sip_port)  # of the phone to which flows send callers
    listener: Listener = lambda name, line: None
    settings: str = AGENTS  # more of ivr.toml; the shipped flows want a queue
    pages: Pages | None = None  # of those who sign in; with them there are phones in agents' pages
    phones: tuple[str, ...] = ()  # whom else the call side may call
    amend: Amend = unchanged  # of Asterisk's rendered configuration
    wrappers: Mapping[str, str] = field(default_factory=dict)  # a program's name -> the module that runs it instead

    @property
    def person(self) -> str:
        """What Asterisk calls whom flows call billing."""
        return f"PJSIP/anonymous/sip:billing@{LOOPBACK}:{self.person_port}"

    @property
    def page_phones(self) -> tuple[str, ...]:
        """The phones in agents' pages, by their names in Asterisk."""
        return PHONES if self.pages else ()

    @property
    def called(self) -> tuple[str, ...]:
        """Whom the call side may call."""
        return (self.person, *self.phones, *(f"PJSIP/{name}" for name in self.page_phones))


@dataclass(frozen=True, slots=True)
class Product:
    """The running product. The taps hold all that went between the call side and its two neighbours."""

    folder: Path
    asterisk: Instance
    processor_url: str
    ivr: Process
    gate: Process
    pci: Process
    smsc: Process | None
    ari_tap: Tap
    pci_tap: Tap
    programs: Mapping[str, asyncio.subprocess.Process]

    def minders(self, ended: Callable[[str, str], None]) -> list[Coroutine[None, None, None]]:
        """For `alongside`: each tells `ended` the name of a program that ends by itself, and how it ended."""

        async def mind(name: str, program: asyncio.subprocess.Process) -> None:
            ended(name, how_it_ended(await program.wait()))

        return [mind(name, program) for name, program in self.programs.items()]

    @property
    def ivr_folder(self) -> Path:
        """Everything that the call side may write is in here."""
        return self.folder / "ivr"


@contextlib.asynccontextmanager
async def product(plan: Plan) -> AsyncIterator[Product]:
    """Run it all, each process in a folder of its own under `plan.folder`; stop everything on the way out.

    What does not wait for another starts beside it. NotStarted for a bad flow or bill.
    """
    bills = read_inputs(plan)
    plan.folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        start = stack.enter_async_context
        simulated = plan.processor.name == "simulator" and not plan.processor.url
        simulator = await start(_child(plan, "simulator", *_simulator_command(plan))) if simulated else None
        smsc = await start(_child(plan, "smsc", "stack.smsc", "--port", "0")) if plan.sms is None else None
        async with alongside(_put_bills(bills, plan.folder / "ivr")):
            asterisk = await start(running_asterisk(plan.folder / "asterisk", amend=plan.amend))
        processor = await _processor_of(plan, simulator)
        pci_config = write_pci_config(plan.folder / "pci", asterisk, processor)
        pci = await start(_child(plan, "pci", "pci", "serve", "--config", str(pci_config)))
        gate_config = write_gate_config(
            plan.folder / "gate", asterisk, ROOT / "sounds", *plan.called, phones=plan.page_phones
        )
        gate = await start(_child(plan, "gate", "pci", "gate", "--config", str(gate_config)))
        ari_tap = await start(tap_unix(plan.folder / "ivr" / "gate.sock", plan.folder / "gate" / "gate.sock"))
        pci_tap = await start(tap_unix(plan.folder / "ivr" / "pci.sock", plan.folder / "pci" / "pci.sock"))
        ivr_config = write_ivr_config(plan, await _sms_of(plan, smsc))
        ivr = await start(_child(plan, "ivr", "ivr", "serve", "--config", str(ivr_config)))
        await gate.expect(is_event("ready"))
        await pci.expect(is_event("ready"))
        await ivr.expect(is_event("ready"))
        children = {child.name: child.child for child in (simulator, smsc, gate, pci, ivr) if child}
        programs = {"asterisk": asterisk.process, **children}
        yield Product(plan.folder, asterisk, processor.url, ivr, gate, pci, smsc, ari_tap, pci_tap, programs)


def read_inputs(plan: Plan) -> tuple[Bill, ...]:
    """The bills of the plan, once they and its flows are known to be in order; NotStarted says what is not."""
    try:
        load_flows(plan.flows, Catalogue.load(ROOT / "sounds"))
        return read_bills(plan.bills)
    except FlowProblems as problems:
        raise NotStarted(f"a flow has to be mended first:\n{problems}") from None
    except BillsRefused as problems:
        raise NotStarted(f"{plan.bills} has to be mended first:\n{problems}") from None


async def _put_bills(bills: tuple[Bill, ...], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    async with open_store(sqlite_url(folder / "ivr.sqlite")) as store:
        await store.invoices.put_bills(bills)


async def _processor_of(plan: Plan, simulator: Process | None) -> Processor:
    if simulator is None:
        return plan.processor
    ready = await simulator.expect(lambda line: bool(line.get("ready")))
    return replace(plan.processor, url=ready["url"])


async def _sms_of(plan: Plan, smsc: Process | None) -> Sms:
    if plan.sms is not None:
        return plan.sms
    assert smsc is not None  # noqa: S101 - started because the plan names none
    ready = await smsc.expect(lambda line: bool(line.get("ready")))
    return Sms(ready["port"], ready["system_id"], ready["password"])


def write_pci_config(folder: Path, asterisk: AriPlace, processor: Processor) -> Path:
    """Write pci.toml and its secret files."""
    folder.mkdir(exist_ok=True)
    write_secret(folder / "ari.secret", asterisk.pci_password)
    write_secret(folder / "processor.secret", processor.api_key)
    config = folder / "pci.toml"
    config.write_text(
        f"""socket = "pci.sock"
database = "pci.sqlite"
key_file = "pci.key"
sounds = "{ROOT / "sounds"}"

[asterisk]
url = "http://127.0.0.1:{asterisk.http_port}"
app = "pci"
username = "pci"
password_file = "ari.secret"

[processor]
name = "{processor.name}"
url = "{processor.url}"
api_key_file = "processor.secret"
timeout = {processor.timeout}
"""
    )
    return config


def write_gate_config(
    folder: Path, asterisk: AriPlace, sounds: Path, *people: str, phones: tuple[str, ...] = ()
) -> Path:
    """Write gate.toml and its secret file; `people` are the endpoints that may be called, `phones` those of pages."""
    folder.mkdir(exist_ok=True)
    write_secret(folder / "ari.secret", asterisk.gate_password)
    config = folder / "gate.toml"
    config.write_text(
        f"""socket = "gate.sock"
sounds = "{sounds}"
card_side = "../pci/pci.sock"
audit = "audit"
key_file = "gate.key"

[asterisk]
url = "{asterisk.ari_url}"
username = "gate"
password_file = "ari.secret"

[originate]
endpoints = {list(people)}

[phones]
endpoints = {list(phones)}
"""
    )
    return config


def write_ivr_config(plan: Plan, sms: Sms) -> Path:
    """Write ivr.toml and its secret files."""
    folder = plan.folder / "ivr"
    write_secret(folder / "sms.secret", sms.password)
    config = folder / "ivr.toml"
    config.write_text(
        f"""database = "ivr.sqlite"
flows = "{plan.flows}"
sounds = "{ROOT / "sounds"}"

[asterisk]
gate = "gate.sock"
app = "ivr"

[pci]
socket = "pci.sock"

[people.billing]
endpoint = "{plan.person}"

[sms]
gateway = "smpp"
sender = "Tonewall"

[sms.smpp]
host = "127.0.0.1"
port = {sms.port}
system_id = "{sms.system_id}"
password_file = "sms.secret"
{plan.settings}{plan.pages.settings(folder) if plan.pages else ""}"""
    )
    return config


def _simulator_command(plan: Plan) -> tuple[str, ...]:
    (plan.folder / "simulator").mkdir(exist_ok=True)
    return "pci", "simulator", "--port", "0", "--ledger", str(plan.folder / "simulator" / "ledger.sqlite")


@contextlib.asynccontextmanager
async def _child(plan: Plan, name: str, module: str, *arguments: str) -> AsyncIterator[Process]:
    wrapper = [plan.wrappers[name]] if name in plan.wrappers else []
    async with running(
        name,
        [sys.executable, "-m", *wrapper, module, *arguments],
        log_file=plan.folder / name / f"{name}.log",
        environment={"PYTHONPATH": str(ROOT)},
        listener=lambda line: plan.listener(name, line),
    ) as process:
        yield process


def write_secret(path: Path, value: str) -> None:
    """Write a secret that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(value)
