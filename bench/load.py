"""Put a number of short calls a second on Asterisk with SIPp, and read what became of them."""

from __future__ import annotations

import asyncio
import csv
import statistics
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError
from stack.phones.programs import PROGRAMS
from stack.ports import free_sip_port, free_udp_range

SCENARIO = Path(__file__).with_name("caller.xml")
CALL_SECONDS = 12  # no call may take longer
MEDIA_PORTS = 600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the calls; delays in milliseconds from INVITE to 200."""

    calls: int
    failed: int
    answer_ms_p50: float
    answer_ms_p99: float


async def put_load(folder: Path, number: str, sip_port: int, calls_per_second: int, seconds: int) -> Outcome:
    """Call `number` steadily and wait until the last call is over."""
    folder.mkdir(parents=True)
    calls = calls_per_second * seconds
    command = [
        *PROGRAMS["sipp"].command(), f"127.0.0.1:{sip_port}", "-sf", str(SCENARIO), "-s", number,
        "-i", "127.0.0.1", "-p", str(free_sip_port()), "-mi", "127.0.0.1",
        "-mp", str(free_udp_range(MEDIA_PORTS).start),
        "-r", str(calls_per_second), "-m", str(calls), "-l", str(calls_per_second * CALL_SECONDS),
        "-nostdin", "-timeout", f"{seconds + CALL_SECONDS * 2}s",
        "-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_rtt", "-rtt_freq", "1",
    ]  # fmt: skip
    with (folder / "sipp.out").open("wb") as out:
        child = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=out, stderr=out)
        await child.wait()
    return read_outcome(folder, calls)


def read_outcome(folder: Path, calls: int) -> Outcome:
    """The outcome from SIPp's own files."""
    delays_file = next(folder.glob("*_rtt.csv"), None)
    if delays_file is None or not (folder / "stat.csv").exists():
        raise StackError(f"SIPp made no calls:\n{(folder / 'sipp.out').read_text(errors='replace')[-800:]}")
    last = list(csv.DictReader((folder / "stat.csv").read_text().splitlines(), delimiter=";"))[-1]
    delays = sorted(float(row.split(";")[1]) for row in delays_file.read_text().splitlines()[1:])
    cuts = statistics.quantiles(delays, n=100) if len(delays) > 1 else [0.0] * 99
    return Outcome(calls, calls - int(last["SuccessfulCall(C)"]), round(cuts[49], 1), round(cuts[98], 1))
