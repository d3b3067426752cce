"""From the bridge with an agent to a caller who is alone with the card side, on a real Asterisk with real SIP phones.

Over and over in one call: the agent takes a payment, the caller is alone, the payment is called off, both talk again.
"""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.desk_pages import Page, opened
from bench.load import percentile
from stack.pages import Pages
from stack.phones import open_pjsua2
from stack.ports import LOOPBACK, free_sip_port
from stack.processes import Line, is_event
from stack.product import Plan, Product, product

TIMES: Final = 20
_PATIENCE: Final = 60.0
_AGENT: Final = "anna"
_FLOW: Final = """
flow: to-an-agent
answers: ["1000"]
steps:
  agent:
    transfer: {to: queue/billing, mode: warm}
    next: {no-answer: end, busy: end, unavailable: end}
  end:
    hangup:
"""
HOW: Final = {
    "alone_ms": "from when the caller is asked out of the bridge until the card side says that they are alone",
    "press_ms": "the same from the press on “Take payment”",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """How long it took, so many times."""

    times: int
    alone_ms_p50: float
    alone_ms_p99: float
    press_ms_p50: float
    press_ms_p99: float


async def measure_switch(folder: Path) -> Switch:
    """Start everything, and switch TIMES times."""
    flows, port, pages = folder / "flows", free_sip_port(), Pages(second_factor="optional")
    flows.mkdir(parents=True)
    (flows / "to-an-agent.yaml").write_text(_FLOW)
    endpoint = f"PJSIP/anonymous/sip:{{agent}}@{LOOPBACK}:{port}"
    settings = f'[agents]\nendpoint = "{endpoint}"\n[queues.billing]\n'
    called = endpoint.replace("{agent}", _AGENT)
    plan = Plan(folder / "product", flows=flows, settings=settings, pages=pages, phones=(called,))
    async with AsyncExitStack() as stack:
        run = await stack.enter_async_context(product(plan))
        sip, ledger = run.asterisk.sip_port, run.ivr_folder / "ivr.sqlite"
        caller = await stack.enter_async_context(open_pjsua2(folder / "caller", sip))
        phone = await stack.enter_async_context(open_pjsua2(folder / _AGENT, sip, _AGENT, port))
        secret = (run.ivr_folder / "console.secret").read_text()
        await run.ivr.expect(is_event("console_ready"))
        (page,) = await stack.enter_async_context(opened(pages.origin, ledger, secret, [_AGENT]))
        await page.do("sign-on")
        await page.do("ready")
        await caller.dial("1000")
        await phone.wait_rung(_PATIENCE)
        await page.do("accept")
        await phone.pick_up()
        await page.until(lambda page: page.stage == "talking")
        return _figures(run, [await _switched(run, page) for _ in range(TIMES)])


async def _switched(run: Product, page: Page) -> float:
    """When the button was pressed; the caller is back when it returns."""
    seen, pressed = len(_lines(run, "capture_started")), time.time()
    await page.takes_payment()
    await run.ivr.expect(lambda _: len(_lines(run, "capture_started")) > seen, _PATIENCE)
    await page.do("cancel")
    await page.until(lambda page: page.stage == "talking")
    return pressed


def _figures(run: Product, pressed: list[float]) -> Switch:
    parted, alone = (list(map(_at, _lines(run, name))) for name in ("agent_parted", "capture_started"))
    switches = [1000 * (end - begin) for begin, end in zip(parted, alone, strict=True)]
    presses = [1000 * (end - begin) for begin, end in zip(pressed, alone, strict=True)]
    return Switch(
        times=len(switches),
        alone_ms_p50=round(percentile(switches, 50), 1),
        alone_ms_p99=round(percentile(switches, 99), 1),
        press_ms_p50=round(percentile(presses, 50), 1),
        press_ms_p99=round(percentile(presses, 99), 1),
    )


def _lines(run: Product, event: str) -> list[Line]:
    return [line for line in run.ivr.log if line.get("event") == event]


def _at(line: Line) -> float:
    return datetime.fromisoformat(line["timestamp"]).timestamp()
