"""Agents on a real Asterisk: one declines, one and a caller outlive two `kill -9` of the call side, one calls."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk_ari import AriLogin, Asterisk
from stack.demo.caller import THINKING
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2
from stack.ports import LOOPBACK, free_sip_port
from stack.processes import Line, Process, is_event, running
from stack.product import ROOT, Plan, Product, product
from tests.asterisk.keying import PATIENCE
from tests.standins.desk_process import Door

pytestmark = pytest.mark.timeout(600)
SETTINGS = """
[agents]
trunk = "{trunk}"
prefixes = ["+1555"]
[agents.skills]
anna = ["billing"]
ben = ["billing"]
carla = ["billing"]
[queues.billing]
skills = ["billing"]
callback_hours = {open = {mon-sun = "00:00-24:00"}}
"""
FLOW = """
flow: to-agents
answers: ["1000"]
steps:
  agent:
    transfer: {to: queue/billing, mode: warm, ring: 60s, callback_key: 1}
    next: {done: bye, no-answer: end, busy: end, unavailable: end, callback: keep-place}
  keep-place:
    callback: {queue: billing}
  bye:
    say: goodbye
  end:
    hangup:
"""
SERVED = "tests.standins.desk_process"
CALLED = "+15550100999"


def says(prompt: str) -> Callable[[Line], bool]:
    """Whether a log line says that this prompt is spoken."""
    return lambda line: prompt in line.get("prompts", ())


def joins(agent: str) -> Callable[[Line], bool]:
    """Whether a log line says that this agent and the other end hear each other."""
    return lambda line: line.items() >= {"event": "agent_joined", "agent": agent}.items()


@asynccontextmanager
async def started_anew(running_product: Product, name: str) -> AsyncIterator[Process]:
    """The call side once more, after it was killed."""
    config = running_product.ivr_folder / "ivr.toml"
    (running_product.ivr_folder / "desk.sock").unlink()
    async with running(
        name,
        [sys.executable, "-m", SERVED, "ivr", "serve", "--config", str(config)],
        log_file=running_product.folder / f"{name}.log",
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
    impatient: Pjsua2
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
            impatient = await stack.enter_async_context(open_pjsua2(folder / "impatient", sip, CALLED))
            phones = {
                name: await stack.enter_async_context(open_pjsua2(folder / name, sip, name.strip("+"), port))
                for name, port in ports.items()
            }
            yield cls(run, caller, impatient, phones, called)

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

    async def keys_half_a_card(self, door: Door, served: Process) -> None:
        """Ben takes a payment; the caller, alone now, has keyed half of the number."""
        assert await door.do("take_payment", "ben", "12540", "1000442") == {}
        await served.expect(says("card-number"), PATIENCE)
        assert await bridged(self.run) <= 1
        await self.caller.press("41111111")

    async def is_over(self, door: Door) -> None:
        """Ben hangs up: the call ends as every other."""
        assert await door.do("hang_up", "ben") == {}
        await self.caller.wait_ended(PATIENCE)
        await self.phones["ben"].wait_ended(PATIENCE)
        await door.sees("ben", stage="ended", status="wrap-up")

    async def would_rather_be_called_back(self, served: Process) -> None:
        """Somebody waits for an agent, presses the key that they hear, agrees to the number, and hangs up."""
        await self.impatient.dial("1000")
        await served.expect(says("connecting"), PATIENCE)
        async with asyncio.TaskGroup() as tasks:
            noted = tasks.create_task(served.expect(says("callback-any-time"), PATIENCE))
            while not noted.done():
                await self.impatient.press("1")  # which says yes to the number, too
                await asyncio.wait((noted,), timeout=THINKING)
        await self.impatient.wait_ended(PATIENCE)

    async def carla_calls_them_back(self, door: Door, served: Process) -> None:
        """Her own phone rings first, then the other end; both talk until she is done."""
        carla, called = self.phones["carla"], self.phones[CALLED]
        assert await door.do("set_status", "carla", "ready") == {}
        await carla.wait_rung(PATIENCE)
        await carla.pick_up()
        await called.wait_rung(PATIENCE)
        await called.pick_up()
        await served.expect(joins("carla"), PATIENCE)
        assert await bridged(self.run) == 2
        assert await door.do("hang_up", "carla") == {}
        await called.wait_ended(PATIENCE)
        await carla.wait_ended(PATIENCE)
        await door.sees("carla", stage="ended", status="wrap-up")


async def test_a_caller_gets_the_second_agent_through_two_kills_of_the_call_side_and_another_is_called_back(
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

        # then they talk on, and the next call side gives the call to the same agent
        assert await bridged(scene.run) == 2
        async with started_anew(scene.run, "ivr-again") as again, Door.of(scene.run.ivr_folder) as door:
            await again.expect(joins("ben"), seconds=PATIENCE)
            await door.sees("ben", stage="talking", notice="picked-up-again")
            assert await bridged(scene.run) == 2

            # when it dies in the middle of a card
            await scene.keys_half_a_card(door, again)
            again.child.kill()
            await again.child.wait()

        # then the card is thrown away, and the caller and the agent are brought together by the one after
        async with started_anew(scene.run, "ivr-at-last") as at_last, Door.of(scene.run.ivr_folder) as door:
            await at_last.expect(joins("ben"), seconds=2 * PATIENCE)
            await door.sees("ben", stage="talking", notice="picked-up-again")
            assert await bridged(scene.run) == 2
            ended = await scene.run.pci.expect(is_event("capture_ended"), PATIENCE)
            assert ended["outcome"] == "internal-error"
            await scene.is_over(door)

            # and somebody who will not wait for an agent is called back by one
            assert await door.do("sign_on", "carla", "Carla", scene.endpoints["carla"]) == {}
            await scene.would_rather_be_called_back(at_last)
            await scene.carla_calls_them_back(door, at_last)
