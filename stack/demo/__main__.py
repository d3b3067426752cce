"""Run the demo: `python -m stack.demo --card approved|declined|hangup|timeout|spoken`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from stack.children import alongside
from stack.demo.caller import Caller, Card
from stack.demo.dialogue import Dialogue
from stack.demo.speaker import Speaker
from stack.demo.verdict import Payment, Verdict, booked, card_digits_seen, in_words, payment_in, released
from stack.errors import NotStarted, StackError
from stack.folder import claimed
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2
from stack.processes import Line, ProcessFailed
from stack.product import ROOT, Plan, Processor, Product, product
from stack.screen import Screen, screen, when_told_to_end

NUMBERS = {card: "1030" if card is Card.SPOKEN else "1000" for card in Card}  # of the flow that is dialled
FOLDER = ROOT / "run" / "demo"
CALL_SECONDS = 240.0
SMS_SECONDS = 60.0
PROCESSOR_SECONDS = 1.5  # short, so that CARD=timeout does not keep the viewer waiting
RESULTS = {
    Card.APPROVED: ("success", 1),
    Card.DECLINED: ("declined", 0),
    Card.HANGUP: ("caller-hung-up", 0),
    Card.TIMEOUT: ("outcome-unknown, then approved", 1),
    Card.SPOKEN: ("success", 1),
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
    shown = Shown(console, Dialogue(console), FOLDER / "phone" / "heard.wav")
    listeners = [shown.dialogue.ivr_said]

    def listen(name: str, line: Line) -> None:
        if name == "ivr":
            for listener in listeners:
                listener(line)

    console.print("[bold]Starting[/] Asterisk, the processor simulator, an SMSC, pci and ivr on loopback")
    async with (
        product(Plan(FOLDER, processor=Processor(timeout=PROCESSOR_SECONDS), listener=listen)) as running,
        alongside(*running.minders(fail), awaited=False),
    ):
        async with open_pjsua2(FOLDER / "phone", running.asterisk.sip_port) as phone:
            caller = caller_with(card, phone, shown.dialogue)
            listeners.append(caller.hear)
            await call(caller, shown)
        return await judge(running, caller, shown, began)


def caller_with(card: Card, phone: Pjsua2, dialogue: Dialogue) -> Caller:
    """Who calls: somebody who presses keys, or somebody who speaks."""
    if card is Card.SPOKEN:
        return Speaker(card, phone, dialogue.pressed, tell=dialogue.said)
    return Caller(card, phone, dialogue.pressed)


def fail(program: str, how: str) -> None:
    """Raise for a program that ended while the call needed it."""
    raise ProcessFailed(f"{program} {how}, and nobody told it to")


async def call(caller: Caller, shown: Shown) -> None:
    """The call, from dialling to the end."""
    number = NUMBERS[caller.card]
    shown.dialogue.call_begins(f"A caller dials {number}")
    await caller.call(number, CALL_SECONDS)


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
    show_afterwards(booked(running), sms, clean, seen, shown)
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


def show_afterwards(entries: list[Line], sms: str, clean: bool, seen: int, shown: Shown) -> None:
    """What everybody has of the call when it is over."""
    line = shown.dialogue.line
    for entry in entries:
        line("processor", in_words(entry))
    line("processor", f"charges booked: {sum(entry['state'] == 'approved' for entry in entries)}")
    line("SMS", sms or "none")
    line("asterisk", "no channel and no bridge left" if clean else "something was left behind")
    line("searched", f"memory, files, log and sockets of ivr: {seen} card digits")
    line("audio", f"as the caller heard it: {shown.recording.relative_to(ROOT)}")


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


async def until_told(card: Card, console: Screen) -> Verdict:
    """The demo, cut short in good order when it is told to end."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made one
    when_told_to_end(console, task.cancel)
    with claimed(FOLDER):
        return await demo(card, console)


def main() -> int:
    """0 if everything was as it must be, 1 if not, 2 if it could not be shown; 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m stack.demo", description=__doc__)
    parser.add_argument("--card", choices=[card.value for card in Card], default=Card.APPROVED, help="which call")
    card = Card(parser.parse_args().card)
    console = screen()
    try:
        verdict = asyncio.run(until_told(card, console))
    except asyncio.CancelledError:
        console.print("Stopped: every program that was started has ended.")
        return 130
    except (ProcessFailed, StackError, TimeoutError, OSError) as problem:
        errors = screen(errors=True)
        errors.print(f"[bold red]The demo could not be shown:[/] {escape(str(problem) or type(problem).__name__)}")
        if not isinstance(problem, NotStarted):
            errors.print(
                f"What was written so far is in {FOLDER.relative_to(ROOT)}/, each program's log in its folder."
            )
        return 2
    print()
    print(verdict.as_json())
    return 0 if verdict.demo == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
