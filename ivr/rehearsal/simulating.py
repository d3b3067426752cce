"""`ivr simulate`: one call, played with whoever is at the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ivr.bills import read_bills
from ivr.errors import ConfigError
from ivr.flow.engine import Ending, StepTaken, run_flow
from ivr.flow.library import load_flow
from ivr.flow.model import Flow
from ivr.flow.outside import Outside
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.player import Player
from ivr.rehearsal.call import Occasion, RehearsedCall
from ivr.rehearsal.ledger import Entry, Ledger
from ivr.rehearsal.reading import read_suite, suite_file
from ivr.rehearsal.terminal import Terminal

_MOST_ACCOUNTS: Final = 6
_ENDS: Final = {
    Ending.COMPLETED: "The flow ended the call",
    Ending.CALLER_HUNG_UP: "The caller hung up",
    Ending.TOO_MANY_STEPS: "The call was ended because it had too many steps",
}


def the_flow(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> Flow:
    """The flow of a file; ConfigError for a folder."""
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: name the file of one flow.")
    return load_flow(path, catalogue, outside)


def ledger_for(path: Path, flow: Flow, catalogue: Catalogue, csv: Path | None) -> Ledger:
    """What is owed in the call, and which cards are kept: as in the tests beside the flow, if there are any.

    The bills of a CSV file take their place.
    """
    if csv is not None:
        return Ledger(map(Entry, read_bills(csv)))
    tests = suite_file(path)
    if not tests.is_file():
        return Ledger(())
    suite = read_suite(tests, flow, catalogue)
    return Ledger(suite.bills, suite.kept)


def answers_for(path: Path, flow: Flow, catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    """What APIs may answer in the call: as in the tests beside the flow."""
    tests = suite_file(path)
    return read_suite(tests, flow, catalogue).apis if tests.is_file() else {}


def simulate(
    flow: Flow,
    ledger: Ledger,
    catalogue: Catalogue,
    terminal: Terminal,
    caller: str | None = None,
    player: Player | None = None,
) -> None:
    """Play one call, then show how it ended, the text messages and the ledger; ConfigError if nobody can dial it.

    With a `player` what is said is heard as well.
    """
    if not flow.answers:
        raise ConfigError(f"{flow.name} answers no number: simulate a flow that calls it.")
    trace = []

    def observe(taken: StepTaken) -> None:
        trace.append(taken)
        terminal.observe(taken)

    terminal.show(f"You dialled {flow.answers[0]}: {flow.name}. Accounts with bills: {_accounts(ledger)}.")
    terminal.show("Type keys and Enter; Enter alone waits; Ctrl-D hangs up.\n")
    occasion = Occasion(datetime.now(UTC), caller)
    language = flow.language_for(flow.answers[0])
    call = RehearsedCall(terminal, ledger, catalogue, language, occasion, player.start if player else None)
    loop = asyncio.new_event_loop()  # not asyncio.run: it keeps the first Ctrl-C from whoever waits for a line
    try:
        ending = loop.run_until_complete(run_flow(flow, call, observe))
    finally:
        loop.close()
        if player is not None:
            player.finish()
    terminal.show(f"\n{_ENDS[ending]}, after {len(trace)} step{'s' * (len(trace) != 1)}.")
    ledger.settle()
    _tell(ledger, terminal)


def _tell(ledger: Ledger, terminal: Terminal) -> None:
    """What the call has brought: messages, requests, the bills that it came to."""
    for sms in ledger.texts:
        terminal.show(f"Text to {sms.to}: {sms.text}")
    for told in ledger.requests.told:
        terminal.show(f"For a person: {told}")
    for email in ledger.emails:
        terminal.show(f"E-mail to {email.to}: {email.subject}")
    for entry in (entry for entry in ledger.entries if entry.bill.account in ledger.asked):
        bill = entry.bill
        owed = f"{bill.amount} {bill.amount.currency}"
        terminal.show(f"Ledger: account {bill.account}, bill {bill.reference}, {owed}: {entry.state}")


def _accounts(ledger: Ledger) -> str:
    """Some accounts to key."""
    accounts = list(dict.fromkeys(entry.bill.account for entry in ledger.entries))
    return (
        ", ".join([*accounts[:_MOST_ACCOUNTS], *["…"][: len(accounts[_MOST_ACCOUNTS:])]])
        or "none (give --bills FILE)"
    )
