"""A queue and two agents on a real Asterisk: one declines, the other talks through a `kill -9` of the call side."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from asterisk_ari import AriLogin, Asterisk
from stack.phones import open_pjsua2
from stack.ports import LOOPBACK, free_sip_port
from stack.processes import Process, is_event, running
from stack.product import ROOT, Plan, Product, product
from tests.asterisk.keying import PATIENCE
from tests.standins.desk_process import Door

pytestmark = pytest.mark.timeout(300)
SETTINGS = """
[agents]
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


async def test_a_caller_gets_the_second_agent_and_talks_on_while_the_call_side_is_killed_and_started_anew(
    tmp_path: Path,
) -> None:
    # given the product with a queue, and two agents at their phones
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "to-agents.yaml").write_text(FLOW)
    ports = {name: free_sip_port() for name in ("anna", "ben")}
    phones = {name: f"PJSIP/anonymous/sip:{name}@{LOOPBACK}:{port}" for name, port in ports.items()}
    plan = Plan(
        tmp_path / "product",
        flows=flows,
        settings=SETTINGS,
        phones=tuple(phones.values()),
        wrappers={"ivr": SERVED},
    )
    async with AsyncExitStack() as stack:
        run = await stack.enter_async_context(product(plan))
        sip = run.asterisk.sip_port
        caller = await stack.enter_async_context(open_pjsua2(tmp_path / "caller", sip))
        anna = await stack.enter_async_context(open_pjsua2(tmp_path / "anna", sip, "anna", ports["anna"]))
        ben = await stack.enter_async_context(open_pjsua2(tmp_path / "ben", sip, "ben", ports["ben"]))
        async with Door.of(run.ivr_folder) as door:
            for name in ("anna", "ben"):
                assert await door.do("sign_on", name, name.title(), phones[name]) == {}
                assert await door.do("set_status", name, "ready") == {}

            # when a caller asks for one, the first declines and the second takes the call
            await caller.dial("1000")
            await anna.wait_rung(PATIENCE)
            await door.sees("anna", stage="ringing")
            assert await door.do("decline", "anna") == {}
            await ben.wait_rung(PATIENCE)
            assert await door.do("accept", "ben") == {}
            await ben.pick_up()
            await run.ivr.expect(is_event("agent_joined"), seconds=PATIENCE)
            assert await bridged(run) == 2

            # and the call side dies
            run.programs["ivr"].kill()
            await run.programs["ivr"].wait()

        # then they talk on, the next call side gives the call to the same agent, and it ends as every other
        assert await bridged(run) == 2
        again = await stack.enter_async_context(started_anew(run))
        async with Door.of(run.ivr_folder) as door:
            await again.expect(is_event("agent_joined"), seconds=PATIENCE)
            await door.sees("ben", stage="talking", notice="picked-up-again")
            assert await bridged(run) == 2
            assert await door.do("hang_up", "ben") == {}
            await caller.wait_ended(PATIENCE)
            await ben.wait_ended(PATIENCE)
            await door.sees("ben", stage="ended", status="wrap-up")
