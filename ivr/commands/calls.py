"""ivr calls: which calls there were, and what one did."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from ivr import config
from ivr.commands.options import Commands, number, settings
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.store.traces import CallLine
from ivr.trace.errors import NoSuchTrace
from ivr.trace.telling import tell
from ivr.trace.timing import Timing, timings
from ivr.trace.trace import read

_ABOUT = "Which calls there were, and what each did. No card is in it, nor what callers keyed, nor who they are."
_LIST = "List the calls that ended last, newest first: when, id, flow with its version, seconds, outcome."
_SHOW = (
    "Show what a call did: what was said, how many keys came, what each step came to. With --json the trace itself,"
    " one event a line, for `ivr replay` and for other programs."
)


_TIMES = (
    "How long paying took, from the beginning of pay to the bank's yes, by keypad and by voice: half of the callers"
    " took at most the first figure, nine of ten at most the second. And how many answers were not understood."
)


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    calls = commands.add_parser("calls", help="which calls there were", description=_ABOUT)
    verbs = calls.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = verbs.add_parser("list", parents=[settings()], help="list the latest calls", description=_LIST)
    listing.add_argument("--most", type=number, default=20, metavar="N", help="how many (default: 20)")
    listing.set_defaults(command=_list)
    show = verbs.add_parser("show", parents=[settings()], help="show what a call did", description=_SHOW)
    show.add_argument("call", metavar="ID", help="the id of the call, as in the list and in the log")
    show.add_argument("--json", action="store_true", help="print the trace itself, as JSON Lines")
    show.set_defaults(command=_show)
    times = verbs.add_parser("times", parents=[settings()], help="compare keypad and voice", description=_TIMES)
    times.add_argument("--most", type=number, default=500, metavar="N", help="of how many calls (default: 500)")
    times.set_defaults(command=_times)


def find_trace(call_id: str, file: Path) -> str:
    """The trace of a call from the ledger of these settings; NoSuchTrace if there is none."""

    async def find() -> str | None:
        async with open_store(sqlite_url(config.load(file).database)) as store:
            return await store.traces.find(call_id)

    trace = asyncio.run(find())
    if trace is None:
        advice = "see `ivr calls list` for those that have one; they are kept for trace_days, as ivr.toml says"
        raise NoSuchTrace(f"there is no trace of a call {call_id!r}; {advice}")
    return trace


def _list(options: Namespace) -> None:
    async def find() -> Sequence[CallLine]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.traces.latest_calls(options.most)

    for call in asyncio.run(find()):
        started = call.started.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        seconds = f"{(call.ended - call.started).total_seconds():6.1f}" if call.ended else "   now"
        version = f" v{call.version}" if call.version else ""
        untraced = "" if call.traced else "  (no trace)"
        print(f"{started}  {call.id:<14}  {seconds} s  {call.flow}{version}  {call.outcome or '…'}{untraced}")


def _show(options: Namespace) -> None:
    trace = find_trace(options.call, options.config)
    if options.json:
        print(trace, end="")
    else:
        print(*tell(read(trace, options.call)), sep="\n")


def _times(options: Namespace) -> None:
    async def find() -> Sequence[str]:
        async with open_store(sqlite_url(config.load(options.config).database)) as store:
            return await store.traces.latest(options.most)

    found = timings(read(trace, "a trace") for trace in asyncio.run(find()))
    print("         payments      half      9/10   answers   not understood")
    for name, timing in (("keypad", found["keypad"]), ("voice", found["speech"])):
        print(
            f"{name:<8} {len(timing.seconds):8} {_seconds(timing, 0.5)} {_seconds(timing, 0.9)} {timing.answers:9}"
            f" {timing.not_understood:16}"
        )


def _seconds(timing: Timing, share: float) -> str:
    within = timing.within(share)
    return f"{within:7.1f} s" if within is not None else "        –"
