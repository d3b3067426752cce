"""Run the demo: `python -m stack.demo --card approved|declined|hangup|timeout`."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from stack.children import alongside
from stack.demo.caller import Caller, Card
from stack.demo.dialogue import Dialogue
from stack.demo.verdict import Payment, Verdict, booked, card_digits_seen, payment_in, released
from stack.errors import StackError
from stack.phones import Phone, open_pjsua2
from stack.processes import Line, ProcessFailed
from stack.product import ROOT, Plan, Processor, Product, product

NUMBER = "1000"
FOLDER = ROOT / "run" / "demo"
CALL_SECONDS = 120.0
SMS_SECONDS = 60.0
PROCESSOR_SECONDS = 4.0  # short, so that CARD=timeout does not keep the viewer waiting
RESULTS = {
    Card.APPROVED: ("success", 1),
    Card.DECLINED: ("declined", 0),
    Card.HANGUP: ("caller-hung-up", 0),
    Card.TIMEOUT: ("outcome-unknown, then approved", 1),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the viewer sees, and where things are kept."""

    console: Console
    dialogue: Dialogue
    recording: Path


async def demo(card: Card, console: Console) -> Verdict:
    """Start everything, place the call, measure."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    shown = Shown(console, Dialogue(console), FOLDER / "phone" / "heard.wav")
    listeners = [shown.dialogue.ivr_said]

    def listen(name: str, line: Line) -> None:
        if name == "ivr":
            for listener in listeners:
                listener(line)

    console.print("[bold]Starting[/] Asterisk, the processor simulator, an SMSC, pci and ivr on loopback")
    async with product(Plan(FOLDER, processor=Processor(timeout=PROCESSOR_SECONDS), listener=listen)) as running:
        async with open_pjsua2(FOLDER / "phone", running.asterisk.sip_port) as phone:
            caller = Caller(card, phone, shown.dialogue.pressed)
            listeners.append(caller.hear)
            await call(phone, caller, shown)
        return await judge(running, caller, shown, began)


async def call(phone: Phone, caller: Caller, shown: Shown) -> None:
    """The call, from dialling to the end."""
    shown.dialogue.heading(f"A caller dials {NUMBER}")
    shown.dialogue.started = time.monotonic()
    await phone.dial(NUMBER)
    await phone.wait_answered()
    async with alongside(caller.act()):
        try:
            await phone.wait_ended(CALL_SECONDS)
        finally:
            caller.leave()


async def judge(running: Product, caller: Caller, shown: Shown, began: float) -> Verdict:
    """Compare what everybody has: the processor, the ledger, the phone, the searched memory of the call side."""
    wanted, charges_wanted = RESULTS[caller.card]
    ended = await running.ivr.expect(lambda line: line.get("event") == "call_ended")
    sms = await text_message(running) if charges_wanted else ""
    shown.dialogue.heading("Afterwards")
    charges = [row for row in booked(running) if row["state"] == "approved"]
    payment = payment_in(running.ivr_folder) or Payment("", "", "", "", "")
    seen = card_digits_seen(running, caller.card, caller.pressed_in_menus)
    clean = await released(running)
    for row in booked(running):
        shown.dialogue.line(
            "processor", f"{row['state']}: {row['brand']} {row['last4']}, {row['amount']} {row['currency']}"
        )
    shown.dialogue.line("processor", f"{len(charges)} charge(s) booked")
    shown.dialogue.line("SMS", sms or "none")
    shown.dialogue.line("asterisk", "no channel and no bridge left" if clean else "something was left behind", "")
    shown.dialogue.line("searched", f"memory, files, log and sockets of ivr: {seen} card digits")
    shown.dialogue.line("audio", f"as the caller heard it: {shown.recording.relative_to(ROOT)}")
    result = outcome_of(caller.card, payment, str(ended.get("outcome", "")))
    good = (
        result == wanted
        and len(charges) == charges_wanted
        and seen == 0
        and clean
        and bool(sms) == bool(charges_wanted)
    )
    return Verdict(
        demo="ok" if good else "failed",
        result=result,
        card=f"{payment.brand} •••• {payment.last4}" if payment.last4 else "none",
        amount=payment.amount,
        currency=payment.currency,
        processor_charges=len(charges),
        sms=sms,
        card_digits_seen_by_ivr=seen,
        seconds=round(time.monotonic() - began, 1),
    )


def outcome_of(card: Card, payment: Payment, ended: str) -> str:
    """The result in one phrase."""
    if card is Card.TIMEOUT and payment.state == "approved":
        return "outcome-unknown, then approved"
    return {"approved": "success", "": ended}.get(payment.state, payment.state)


async def text_message(running: Product) -> str:
    """The text message that the SMSC received."""
    assert running.smsc is not None  # noqa: S101 - the demo starts one
    line = await running.smsc.expect(lambda line: "text" in line, SMS_SECONDS)
    return str(line["text"])


def main() -> int:
    """0 if everything was as it must be."""
    parser = argparse.ArgumentParser(prog="python -m stack.demo", description=__doc__)
    parser.add_argument("--card", type=Card, choices=list(Card), default=Card.APPROVED, help="which call is shown")
    card = parser.parse_args().card
    console = Console(highlight=False, soft_wrap=True, force_terminal=True if sys.stdout.isatty() else None)
    try:
        verdict = asyncio.run(demo(card, console))
    except (ProcessFailed, StackError, TimeoutError, OSError) as problem:
        console.print(f"[bold red]The demo could not be shown:[/] {escape(str(problem) or type(problem).__name__)}")
        console.print(f"The logs are in {FOLDER.relative_to(ROOT)}/")
        return 2
    print()
    print(verdict.as_json())
    return 0 if verdict.demo == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
