"""`python -m pci.simulator --port 0 --ledger FILE`: run the processor stand-in until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from collections.abc import Sequence
from pathlib import Path

from pci.simulator.server import Conduct, serving


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; the first and only line on stdout is `{"ready": true, "url": …}`."""
    parser = argparse.ArgumentParser(prog="pci simulator", description="A payment processor to practise with.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file, made if it is not there")
    parser.add_argument("--slow", type=float, default=30.0, metavar="SECONDS", help="how slow a slow answer is")
    options = parser.parse_args(arguments)
    if not options.ledger.parent.is_dir():
        parser.error(f"--ledger: there is no folder {options.ledger.parent}: make it first")
    try:
        conduct = Conduct(slow_seconds=options.slow)
    except ValueError:
        parser.error("--slow: give seconds from 0 to 600")
    asyncio.run(_serve(options.ledger, options.port, conduct))
    return 0


async def _serve(ledger: Path, port: int, conduct: Conduct) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(ledger, port, conduct) as url:
        print(json.dumps({"ready": True, "url": url}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    raise SystemExit(main())
