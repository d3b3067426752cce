"""Agents on a real Asterisk: one declines, one talks through a `kill -9` of the call side, one calls somebody."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk_ari import AriLogin, Asterisk
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2
from stack.ports import LOOPBACK, free_sip_port
from stack.processes import Process, is_event, running
from stack.product import ROOT, Plan, Product, product
from tests.asterisk.keying import PATIENCE
from tests.standins.desk_process import Door

pytestmark = pytest.mark.timeout(300)
SETTINGS = """
[agents]
trunk = "{trunk}"
prefixes = ["+1555"]
[agents.skills]
anna = ["billing"]
ben = ["billing"]
[queues.billing]
skills = ["billing"]
"""
FLOW = """
flow: to-agents
answers: ["1000"]
steps:
  agent:
    transfer: {to: queue/billing, mode: warm, ring: 60s}
    next: {no-answer: end, busy: end, unavailable: end}
  bye:
    say: goodbye
  end:
    hangup:
"""
SERVED = "tests.standins.desk_process"
CALLED = "+15550100999"


@asynccontextmanager
async def started_anew(running_product: Product) -> AsyncIterator[Process]:
    """The call side once more, after it was killed."""
    config = running_product.ivr_folder / "ivr.toml"
    (running_product.ivr_folder / "desk.sock").unlink()
    async with running(
        "ivr-again",
        [sys.executable, "-m", SERVED, "ivr", "serve", "--config", str(config)],
        log_file=running_product.folder / "ivr-again.log",
        environment={"PYTHONPATH": str(ROOT)},
    ) as process:
        yield process


async def bridged(running_product: Product) -> int:
    """How many are in a bridge with each other."""
    where = running_product.asterisk
    async with Asterisk.open(AriLogin(f"http://127.0.0.1:{where.http_port}", "pci", where.pci_password)) as asterisk:
        return max((len(bridge.channel_ids) for bridge in await asterisk.bridges()), default=0)


@dataclass
class Scene:
    """The product with a queue, a caller, and two agents at their phones."""

    run: Product
    caller: Pjsua2
    phones: dict[str, Pjsua2]
    endpoints: dict[str, str]

    @classmethod
    @asynccontextmanager
    async def of(cls, folder: Path) -> AsyncIterator[Scene]:
        """Start everything."""
        flows = folder / "flows"
        flows.mkdir()
        (flows / "to-agents.yaml").write_text(FLOW)
        ports = {name: free_sip_port() for name in ("anna", "ben", "carla", CALLED)}
        called = {name: f"PJSIP/anonymous/sip:{name}@{LOOPBACK}:{port}" for name, port in ports.items()}
        settings = SETTINGS.replace("{trunk}", called[CALLED].replace(CALLED, "{number}"))
        wrappers = {"ivr": SERVED}
        plan = Plan(
            folder / "product", flows=flows, settings=settings, phones=tuple(called.values()), wrappers=wrappers
        )
        async with AsyncExitStack() as stack:
            run = await stack.enter_async_context(product(plan))
            sip = run.asterisk.sip_port
            caller = await stack.enter_async_context(open_pjsua2(folder / "caller", sip))
            phones = {
                name: await stack.enter_async_context(open_pjsua2(folder / name, sip, name.strip("+"), port))
                for name, port in ports.items()
            }
            yield cls(run, caller, phones, called)

    async def talking_with_ben(self, door: Door) -> None:
        """The caller asks for somebody; anna declines, ben takes the call."""
        for name in ("anna", "ben"):
            assert await door.do("sign_on", name, name.title(), self.endpoints[name]) == {}
            assert await door.do("set_status", name, "ready") == {}
        await self.caller.dial("1000")
        await self.phones["anna"].wait_rung(PATIENCE)
        await door.sees("anna", stage="ringing")
        assert await door.do("decline", "anna") == {}
        await self.phones["ben"].wait_rung(PATIENCE)
        assert await door.do("accept", "ben") == {}
        await self.phones["ben"].pick_up()
        await self.run.ivr.expect(is_event("agent_joined"), seconds=PATIENCE)

    async def carla_calls_somebody(self, door: Door, served: Process) -> None:
        """Her own phone rings first, then the other end; both talk until she is done."""
        carla, called = self.phones["carla"], self.phones[CALLED]
        assert await door.do("sign_on", "carla", "Carla", self.endpoints["carla"]) == {}
        assert await door.do("dial", "carla", CALLED) == {}
        await carla.wait_rung(PATIENCE)
        await carla.pick_up()
        await called.wait_rung(PATIENCE)
        await called.pick_up()
        await served.expect(
            lambda line: line.items() >= {"event": "agent_joined", "agent": "carla"}.items(), PATIENCE
        )
        assert await bridged(self.run) == 2
        assert await door.do("hang_up", "carla") == {}
        await called.wait_ended(PATIENCE)
        await carla.wait_ended(PATIENCE)
        await door.sees("carla", stage="ended", status="wrap-up")


async def test_a_caller_gets_the_second_agent_and_talks_on_while_the_call_side_is_killed_and_started_anew(
    tmp_path: Path,
) -> None:
    async with Scene.of(tmp_path) as scene:
        # given a caller who talks with the second agent, for the first declined
        async with Door.of(scene.run.ivr_folder) as door:
            await scene.talking_with_ben(door)
            assert await bridged(scene.run) == 2

            # when the call side dies
            scene.run.programs["ivr"].kill()
            await scene.run.programs["ivr"].wait()

        # then they talk on, the next call side gives the call to the same agent, and it ends as every other
        assert await bridged(scene.run) == 2
        async with started_anew(scene.run) as again, Door.of(scene.run.ivr_folder) as door:
            await again.expect(is_event("agent_joined"), seconds=PATIENCE)
            await door.sees("ben", stage="talking", notice="picked-up-again")
            assert await bridged(scene.run) == 2
            assert await door.do("hang_up", "ben") == {}
            await scene.caller.wait_ended(PATIENCE)
            await scene.phones["ben"].wait_ended(PATIENCE)
            await door.sees("ben", stage="ended", status="wrap-up")

            # and agents call somebody themselves
            await scene.carla_calls_somebody(door, again)
