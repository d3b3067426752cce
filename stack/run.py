"""`make run`: the whole product stays up on this machine until Ctrl-C; call it with your own SIP phone."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from stack.children import alongside
from stack.demo.dialogue import Dialogue
from stack.errors import StackError
from stack.folder import claimed
from stack.pages import PEOPLE, Pages, invited
from stack.processes import Line, ProcessFailed
from stack.product import ROOT, Plan, product
from stack.screen import Screen, screen, when_told_to_end

FOLDER = ROOT / "run" / "here"
NEEDED = ("asterisk", "gate", "ivr")  # without these nobody is answered; without another one hears how that sounds

REFUSALS = {"unallocated": "no flow answers this number", "congestion": "there are too many calls"}

HOW_TO_CALL = """
[bold]Tonewall is up.[/] Dial it from a SIP phone on this machine, without an account:

    [bold]sip:1000@127.0.0.1:{port}[/]

Linphone and baresip, step by step: docs/howto/call-it-yourself.md

  account        [cyan]204863#[/]  then [cyan]1[/] to pay
  card number    [cyan]4111111111111111#[/]  (declined: 4000000000000002#)
  expiry         [cyan]1230#[/]
  security code  [cyan]123#[/]  then, after the amount, [cyan]1[/] to confirm

[bold]Agents[/] work in a browser on this machine. A link works once: choose a password.

{links}
As agent-1 open "My desk", begin work, say that you are ready. Then dial
sip:1040@127.0.0.1:{port} and key the account: it rings in the page.

Flows that send a caller to a person without a desk ring
sip:billing@127.0.0.1:{person_port}: let a second phone take calls there.

More accounts: demo/bills.csv. More test cards: docs/reference/simulator.md.
The call's flow: flows/pay-invoice.yaml. To hear it edited, while this goes on:

  .venv/bin/python -m ivr publish --config run/here/ivr/ivr.toml --note "..."

Logs and databases: run/here/ (new each time). Ctrl-C stops everything.
"""


class Desk:
    """Shows what happens, and knows when to stop."""

    def __init__(self, console: Console) -> None:
        self.stopped = asyncio.Event()
        self.status = 0
        self._console = console
        self._dialogue = Dialogue(console)

    def listen(self, program: str, line: Line) -> None:
        """A log line of a program."""
        if program == "ivr" and line.get("event") == "call_started":
            self._dialogue.call_begins(f"A caller dialled {line.get('dialled', '')}")
        elif program == "ivr" and line.get("event") == "call_refused":
            why = REFUSALS.get(str(line.get("reason")), line.get("reason"))
            self._dialogue.heading(f"A call to {line.get('dialled', '')} was refused: {why}")
        elif program == "ivr" and line.get("event") == "version_served":
            self._dialogue.heading(f"New calls get version {line.get('version')} of the flows")
        elif program == "ivr" and line.get("event") == "version_refused":
            self._dialogue.heading(f"Version {line.get('version')} of the flows was refused: {line.get('reason')}")
        elif program == "ivr":
            self._dialogue.ivr_said(line)
        elif program == "smsc" and "text" in line:
            self._dialogue.line("SMS", f"to {line.get('to')}: {line['text']}", "bold")

    def ended(self, program: str, how: str) -> None:
        """A program ended by itself: go on without it, if calls can be answered without it."""
        log = "asterisk/log/messages" if program == "asterisk" else f"{program}/{program}.log"
        self._console.print(f"[bold red]{program} {how}.[/] Its log: {FOLDER.relative_to(ROOT)}/{log}")
        if program in NEEDED:
            self.status = 1
            self.stopped.set()
        else:
            self._console.print("Calls are answered still. Ctrl-C and `make run` bring it back.")


def how_to_call(port: int, person_port: int, links: Mapping[str, str]) -> str:
    """What to dial, what to press, and where people sign in."""
    shown = "".join(f"  [cyan]{name}[/]\n    {links[name]}\n" for name, *_ in PEOPLE)
    return HOW_TO_CALL.format(port=port, person_port=person_port, links=shown)


async def run(console: Screen) -> int:
    """Start, explain, show calls as they happen, stop at a signal; the exit status."""
    desk = Desk(console)
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made one
    when_told_to_end(console, task.cancel)
    console.print("[bold]Starting[/] Asterisk, the processor simulator, an SMSC, pci and ivr on loopback")
    with claimed(FOLDER):
        pages = Pages(second_factor="optional")
        plan = Plan(FOLDER, listener=desk.listen, pages=pages)
        async with product(plan) as running:
            when_told_to_end(console, desk.stopped.set)
            links = await invited(running.ivr_folder / "ivr.sqlite", pages)
            console.print(how_to_call(running.asterisk.sip_port, plan.person_port, links))
            async with alongside(*running.minders(desk.ended), awaited=False):
                await desk.stopped.wait()
            console.print("Stopping")
    return desk.status


def main() -> int:
    """0 after Ctrl-C, 1 if a program that calls need ended by itself, 2 if something did not start."""
    argparse.ArgumentParser(prog="python -m stack.run", description=__doc__).parse_args()
    console = screen()
    try:
        return asyncio.run(run(console))
    except asyncio.CancelledError:
        console.print("Stopped before it was up")
        return 130
    except (ProcessFailed, StackError, OSError) as problem:
        screen(errors=True).print(f"[bold red]Tonewall could not be started:[/] {escape(str(problem))}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
