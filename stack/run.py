"""`make run`: the whole product stays up on this machine until Ctrl-C; call it with your own SIP phone."""

from __future__ import annotations

import asyncio
import signal
import sys

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from stack.demo.dialogue import Dialogue
from stack.errors import StackError
from stack.processes import Line, ProcessFailed
from stack.product import ROOT, Plan, Product, product

FOLDER = ROOT / "run" / "here"


def how_to_call(running: Product) -> str:
    """What a person needs to pay an invoice from their own phone."""
    address = f"sip:1000@127.0.0.1:{running.asterisk.sip_port}"
    return (
        f"Point any SIP phone (no account, no password, UDP) at [bold]{address}[/]\n"
        f"for example: baresip -e '/dial {address}'\n\n"
        "Account   [cyan]204863#[/]      then [cyan]1[/] to pay\n"
        "Card      [cyan]4111111111111111#[/]   (4000000000000002 is declined; more in docs/reference/simulator.md)\n"
        "Expiry    [cyan]1230#[/]        Security code [cyan]123#[/]        Confirm [cyan]1[/]\n\n"
        f"Bills     {(ROOT / 'demo' / 'bills.csv').relative_to(ROOT)}     Flow  flows/pay-invoice.yaml\n"
        f"Logs and databases are in {FOLDER.relative_to(ROOT)}/. Ctrl-C stops everything."
    )


async def run(console: Console) -> None:
    """Start, explain, show calls as they happen, stop at a signal."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    dialogue = Dialogue(console)

    def listen(name: str, line: Line) -> None:
        if name == "ivr":
            dialogue.ivr_said(line)
        elif name == "smsc" and "text" in line:
            dialogue.line("SMS", f"to {line.get('to')}: {line['text']}", "bold")

    console.print("[bold]Starting[/] Asterisk, the processor simulator, an SMSC, pci and ivr on loopback")
    async with product(Plan(FOLDER, listener=listen)) as running:
        console.print(Panel(how_to_call(running), title="Tonewall is up", expand=False))
        await stopped.wait()
        console.print("Stopping")


def main() -> int:
    """0 after a clean stop, 2 if something did not start."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        asyncio.run(run(console))
    except (ProcessFailed, StackError, OSError) as problem:
        console.print(f"[bold red]Tonewall could not be started:[/] {escape(str(problem))}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
