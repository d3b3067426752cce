"""The command line of the call side: serve calls; check, test, rehearse and draw flows; import bills.

Exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended (nothing was started or stored).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from asterisk_ari import AriError
from ivr import app, config, log
from ivr.bills import BillsRefused, import_bills
from ivr.config import Settings
from ivr.diagram.showing import chart_of, save_svg
from ivr.diagram.text import draw_text
from ivr.errors import ConfigError, IvrError
from ivr.flow.errors import FlowProblems
from ivr.flow.schema import schema_text
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.errors import TestsFailed
from ivr.rehearsal.simulating import bills_for, simulate, the_flow
from ivr.rehearsal.terminal import Terminal
from ivr.rehearsal.testing import play_tests, report
from ivr.store.database import sqlite_url
from ivr.store.errors import StoreError
from ivr.store.invoices import Imported
from ivr.store.store import open_store

_ABOUT = """\
Takes card payments over the phone: answers calls and runs their flows. The card
itself is taken by the card side (see `pci --help`), which must run beside it."""
_EXAMPLES = """
a first session:
  ivr check flows/             every problem with file, line and what to write
  ivr test flows/              play the dialogues beside the flows
  ivr simulate flows/pay-invoice.yaml   be the caller, in this terminal
  ivr show flows/pay-invoice.yaml       the flow as a diagram
  ivr bills import bills.csv   account,reference,amount,currency,due,mobile
  ivr serve                    take calls; Ctrl-C ends them politely

exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended
"""
_SERVE = (
    "Take calls until SIGTERM or Ctrl-C. Log lines are JSON objects on stdout; the event `ready` says that calls are"
    " taken. Asterisk and the card side may start later: they are waited for."
)
_CHECK = "Check flows without starting anything: every problem with file, line and what to write."
_SCHEMA = "Print the JSON Schema of a flow file, for editors that complete and check while one is written."
_TEST = (
    "Play the dialogue tests beside the flows (pay-invoice.test.yaml beside pay-invoice.yaml). A test that fails is"
    " shown up to where the call went otherwise. Exit code 1: a test failed; 2: a file has to be mended."
)
_SIMULATE = (
    "Be the caller, in this terminal: read what is said, type keys. The card side is simulated: choose a test card by"
    " its outcome, never type a card number. The same engine as in a real call; also works with piped input."
)
_SHOW = (
    "Draw a flow: its steps from top to bottom, the ways that jump at the sides, and which steps touch money or the"
    " card side."
)
_FLOWS = "a flow file, or a folder of them (default: flows/)"
_OWED = "what callers owe, as for `bills import` (default: the bills of the tests beside the flow)"
_DOWN = "play the call with this out of order; may be given twice"
_COVERAGE = "fail where the tests of a flow take fewer of its branches (default: 0)"
_SOUNDS = "the prompts (default: sounds/)"
_BILLS = "What callers owe: they key the account of a bill and pay it."
_IMPORT = (
    "Add bills from a CSV file in UTF-8 with the columns account, reference, amount, currency, due, mobile. A bill is"
    " named by account and reference: importing it again updates it. If one row is wrong, nothing is imported."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    options = _parser().parse_args(arguments)
    code = 0
    try:
        options.command(options)
    except* (ConfigError, FlowProblems, BillsRefused) as group:
        code = _say(group, 2)
    except* (IvrError, StoreError, AriError) as group:
        code = _say(group, 1)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivr",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument(
        "--config", type=Path, default=Path("ivr.toml"), metavar="FILE", help="the settings (default: ivr.toml)"
    )
    serve = commands.add_parser("serve", parents=[settings], help="take calls", description=_SERVE)
    serve.set_defaults(command=_serve)
    _add_flow_commands(commands)
    bills = commands.add_parser("bills", help="the ledger of what callers owe", description=_BILLS)
    verbs = bills.add_subparsers(title="commands", required=True, metavar="COMMAND")
    imports = verbs.add_parser("import", parents=[settings], help="add bills from a CSV file", description=_IMPORT)
    imports.add_argument("file", type=Path, metavar="FILE", help="the CSV file")
    imports.set_defaults(command=_import_bills)
    return parser


def _add_flow_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sounds = argparse.ArgumentParser(add_help=False)
    sounds.add_argument("--sounds", type=Path, default=Path("sounds"), metavar="FOLDER", help=_SOUNDS)
    flows = argparse.ArgumentParser(add_help=False, parents=[sounds])
    flows.add_argument("path", type=Path, nargs="?", default=Path("flows"), metavar="PATH", help=_FLOWS)
    flow = argparse.ArgumentParser(add_help=False, parents=[sounds])
    flow.add_argument("path", type=Path, metavar="FLOW", help="the flow file")
    check = commands.add_parser("check", parents=[flows], help="check call flows", description=_CHECK)
    check.set_defaults(command=_check)
    test = commands.add_parser("test", parents=[flows], help="play the tests of call flows", description=_TEST)
    test.add_argument("--min-coverage", type=float, default=0.0, metavar="PERCENT", help=_COVERAGE)
    test.set_defaults(command=_test)
    rehearse = commands.add_parser("simulate", parents=[flow], help="be the caller of a flow", description=_SIMULATE)
    rehearse.add_argument("--bills", type=Path, metavar="CSV", help=_OWED)
    rehearse.add_argument("--down", action="append", default=[], choices=("ledger", "card-side"), help=_DOWN)
    rehearse.set_defaults(command=_simulate)
    show = commands.add_parser("show", parents=[flow], help="draw a call flow", description=_SHOW)
    show.add_argument("--svg", type=Path, metavar="FILE", help="write the diagram to FILE instead")
    show.set_defaults(command=_show)
    schema = commands.add_parser("schema", help="print the JSON Schema of flows", description=_SCHEMA)
    schema.set_defaults(command=lambda _: print(schema_text(), end=""))


def _serve(options: argparse.Namespace) -> None:
    settings = config.load(options.config)
    log.configure()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await app.serve(settings, stop)

    uvloop.run(run())


def _check(options: argparse.Namespace) -> None:
    book = app.read_flows(options.path, Catalogue.load(options.sounds))
    for number, flow in sorted(book.by_number.items()):
        print(f"{number}: {flow.name}, {len(flow.steps)} steps, {', '.join(flow.languages)}")
    print("No problems.")


def _test(options: argparse.Namespace) -> None:
    tested = play_tests(options.path, Catalogue.load(options.sounds))
    print(*(line for flow in tested for line in report(flow)), sep="\n")
    if failed := [flow for flow in tested if flow.failed]:
        raise TestsFailed(f"Tests failed: {', '.join(flow.coverage.flow.name for flow in failed)}.")
    if [flow for flow in tested if flow.coverage.percent < options.min_coverage]:
        raise TestsFailed(f"Fewer than {options.min_coverage:g} % of the branches are taken.")


def _simulate(options: argparse.Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    flow = the_flow(options.path, catalogue)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # whatever is piped in, it is told what may be typed
    terminal = Terminal(sys.stdin, sys.stdout, down=frozenset(options.down), colour=_colour())
    simulate(flow, bills_for(options.path, flow, catalogue, options.bills), catalogue, terminal)


def _show(options: argparse.Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    chart = chart_of(the_flow(options.path, catalogue), catalogue)
    if options.svg:
        save_svg(chart, options.svg)
        print(f"{options.svg} is written.")
    else:
        print(draw_text(chart, shutil.get_terminal_size((100, 24)).columns, colour=_colour()))


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _import_bills(options: argparse.Namespace) -> None:
    settings = config.load(options.config)
    imported = asyncio.run(_put_bills(settings, options.file))
    print(
        f"{imported.added} added, {imported.updated} updated, {imported.unchanged} unchanged,"
        f" {imported.paid} paid already, {imported.being_paid} being paid now (left as they are)."
    )


async def _put_bills(settings: Settings, file: Path) -> Imported:
    async with open_store(sqlite_url(settings.database)) as store:
        return await import_bills(file, store.invoices)


def _say(group: BaseExceptionGroup[BaseException], code: int) -> int:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            _say(error, code)
        elif isinstance(
            error, FlowProblems
        ):  # each line begins with file:line:column, so that editors can jump there
            print(error, _count(len(error.problems)), sep="\n", file=sys.stderr)
        else:
            print(*(f"ivr: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
    return code


def _count(problems: int) -> str:
    return f"ivr: {problems} problem{'s' * (problems != 1)} to mend; nothing was started."


if __name__ == "__main__":
    sys.exit(main())
