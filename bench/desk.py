"""What agents wait for: `python -m bench.desk`. Writes bench/desk.json.

How long after a caller's key its dot is on the agent's page, with one capture and with 50 at once, in its events and
in a real browser; and how long it takes from the agent's bridge until the caller is alone with the card side.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import desk_browser, desk_dots, desk_switch
from bench.desk_browser import Painted, measure_least, opened_browser
from bench.desk_dots import MANY, Dots, measure_dots
from bench.desk_switch import Switch, measure_switch
from bench.machine import describe
from stack.errors import StackError
from stack.processes import ProcessFailed

HERE: Final = Path(__file__).resolve().parent
FOLDER: Final = HERE.parent / "run" / "bench-desk"
AIMS: Final = {"dot_ms_p99": 150.0, "page_ms_p99": 150.0, "alone_ms_p99": 50.0}
_LEAST_KEYS: Final = 120
_LEAST_SECONDS: Final = 0.25


async def bench(captures: int) -> tuple[Painted, list[Dots], Switch]:
    """What a browser can do at all, the dots, and the switch, one after the other."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    async with opened_browser() as browser:
        least = await measure_least(browser, _LEAST_KEYS, _LEAST_SECONDS)
        print(f"the least that a page can do  {painted_line(least)}", flush=True)
        dots = await measure_dots(FOLDER / "dots", browser, captures)
    for row in dots:
        print(dots_line(row), flush=True)
    switch = await measure_switch(FOLDER / "switch")
    print(switch_line(switch))
    return least, dots, switch


def painted_line(row: Painted) -> str:
    """What a browser showed, as a part of a printed line."""
    return f"in a browser p50 {row.page_ms_p50:.1f} p99 {row.page_ms_p99:.1f} ms ({row.keys} keys)"


def dots_line(row: Dots) -> str:
    """A row of the printed table."""
    return (
        f"{row.captures:3} captures  {row.keys} keys, {row.keys_per_second} a second  "
        f"dot p50 {row.dot_ms_p50:.1f} p99 {row.dot_ms_p99:.1f} ms, {painted_line(row.in_browser)}  "
        f"cpu/key pci {row.pci_cpu_ms:.2f} ivr {row.ivr_cpu_ms:.2f} ms"
    )


def switch_line(row: Switch) -> str:
    """The line below it."""
    return (
        f"alone, {row.times} times: after the bridge p50 {row.alone_ms_p50:.1f} p99 {row.alone_ms_p99:.1f} ms; "
        f"after the press p50 {row.press_ms_p50:.1f} p99 {row.press_ms_p99:.1f} ms"
    )


def main() -> int:
    """0 when the results are written."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--captures", type=int, default=MANY, help=f"how many at once (default {MANY})")
    load = os.getloadavg()[0]
    try:
        least, dots, switch = asyncio.run(bench(parser.parse_args().captures))
    except (StackError, ProcessFailed, OSError, TimeoutError) as problem:
        print(f"The bench could not be run: {str(problem) or 'nothing happened for a minute'}", file=sys.stderr)
        return 2
    busy = load > (os.cpu_count() or 1)
    results = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": describe() | {"load_average_before": round(load, 1), "busy": busy},
        "how": desk_dots.HOW | desk_browser.HOW | desk_switch.HOW,
        "aims": AIMS,
        "least": asdict(least),
        "dots": [
            asdict(row) | {"to_aim": round(row.in_browser.page_ms_p99 / AIMS["page_ms_p99"], 2)} for row in dots
        ],
        "switch": asdict(switch) | {"to_aim": round(switch.alone_ms_p99 / AIMS["alone_ms_p99"], 2)},
    }
    (HERE / "desk.json").write_text(json.dumps(results, indent=2) + "\n")
    if busy:
        print(f"The machine was busy with other things (load {load:.1f}): these figures are not what it can do.")
    print("written to bench/desk.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
