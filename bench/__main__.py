"""Run the bench: `python -m bench [--seconds N]`. Prints a table and writes bench/results.json."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import shutil
import struct
import sys
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from asterisk_ari import AriLogin, AriSocket
from bench.gate import HOW as HOW_GATE
from bench.gate import GateCost, measure_gate
from bench.load import Outcome, put_load, require_raw_sockets
from bench.machine import cpu_seconds, describe
from stack.asterisk import Benchmark, Instance
from stack.asterisk import running as running_asterisk
from stack.errors import StackError
from stack.ports import free_tcp_port
from stack.processes import Process, ProcessFailed, is_event, running
from stack.product import ROOT, write_gate_config

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "run" / "bench"
GATE_SOCKET = FOLDER / "gate" / "gate.sock"
RATES = (10, 30, 60)
KINDS = {"native": "native", "fastagi": "agi", "tonewall": "2000"}  # what is measured, and the number that reaches it
# the tone, and what the call side wants to be able to say in any call
PROMPTS = (
    *("bench-tone", "nothing-heard", "too-many-tries", "wrong-length"),
    *("goodbye", "line-gap", "payment-interrupted", "payment-unknown"),
)
WARM_UP_SECONDS = 2
SETTLE_SECONDS = 3.0  # the engine writes down finished calls 2 s later: that work counts
HOW = {
    "call": "dial, hear 1 s of prompt, press 4 keys, be hung up on; one Asterisk for all kinds, in turn",
    "failed": "not answered, or not over at once after the fourth key",
    "answer_ms": "from INVITE sent to 200 received, by the microsecond time stamps of SIPp's message log",
    "cpu_ms": f"user and system time from the first INVITE to {SETTLE_SECONDS:g} s after the last call, per call",
    "gate_cpu_ms": "of the gate between ivr and Asterisk; app_cpu_ms is of ivr alone, total_cpu_ms of all three",
    "not_alike": "tonewall also logs 5 lines a call and records it in its database; the others keep nothing",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of call at one rate; CPU in milliseconds per call."""

    kind: str
    calls_per_second: int
    calls: int
    failed: int
    answer_ms_p50: float
    answer_ms_p99: float
    asterisk_cpu_ms: float
    app_cpu_ms: float
    gate_cpu_ms: float
    total_cpu_ms: float
    ratio_to_native: float = 1.0


async def bench(seconds: int) -> tuple[list[Row], GateCost]:
    """All kinds at all rates, side by side on one Asterisk; then what the gate alone adds."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    prompt = write_prompt(FOLDER / "sounds")
    agi_port = free_tcp_port()
    setting = Benchmark(prompt=prompt.with_suffix(""), agi_port=agi_port)
    rows: list[Row] = []
    async with running_asterisk(FOLDER / "asterisk", benchmark=setting) as asterisk:
        agi_command = [sys.executable, "-m", "bench.fastagi", str(agi_port), str(prompt.with_suffix(""))]
        async with running("fastagi", agi_command) as agi, gate(asterisk) as guard:
            await agi.expect(lambda line: bool(line.get("ready")))
            async with engine() as app:
                nobody = (0, 0)
                pids = {"native": nobody, "fastagi": (agi.pid, 0), "tonewall": (app.pid, guard.pid)}
                rows = await put_all_loads(asterisk, pids, seconds)
            login = AriLogin(asterisk.ari_url, "gate", asterisk.gate_password)
            target = (KINDS["tonewall"], asterisk.sip_port, seconds)
            cost = await measure_gate(FOLDER / "gate-cost", AriSocket(GATE_SOCKET), login, guard.pid, target)
    print(cost_line(cost), flush=True)
    return rows, cost


async def put_all_loads(asterisk: Instance, pids: Mapping[str, tuple[int, int]], seconds: int) -> list[Row]:
    """Every kind at every rate, in turn. `pids` are of the program that does the calls, and of the gate before it."""
    rows: list[Row] = []
    for kind, number in KINDS.items():
        await put_load(FOLDER / f"{kind}-warm-up", number, asterisk.sip_port, RATES[0], WARM_UP_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    for rate in RATES:
        for kind, number in KINDS.items():
            watched = (asterisk.pid, *pids[kind])
            before = [cpu_seconds(pid) for pid in watched]
            outcome = await put_load(FOLDER / f"{kind}-{rate}", number, asterisk.sip_port, rate, seconds)
            await asyncio.sleep(SETTLE_SECONDS)
            used = [cpu_seconds(pid) - earlier for pid, earlier in zip(watched, before, strict=True)]
            rows.append(row_of(kind, rate, outcome, used, rows))
            print(line_of(rows[-1]), flush=True)
    return rows


def row_of(kind: str, rate: int, outcome: Outcome, used: Sequence[float], before: list[Row]) -> Row:
    """The figures of one run; the ratio is to the native run at the same rate."""
    asterisk_ms, app_ms, gate_ms = (1000 * seconds / outcome.calls for seconds in used)
    total = asterisk_ms + app_ms + gate_ms
    native = next(
        (row.total_cpu_ms for row in before if row.kind == "native" and row.calls_per_second == rate), total
    )
    return Row(
        kind=kind,
        calls_per_second=rate,
        **asdict(outcome),
        asterisk_cpu_ms=round(asterisk_ms, 2),
        app_cpu_ms=round(app_ms, 2),
        gate_cpu_ms=round(gate_ms, 2),
        total_cpu_ms=round(total, 2),
        ratio_to_native=round(total / native, 2) if native else 0.0,
    )


@contextlib.asynccontextmanager
async def gate(asterisk: Instance) -> AsyncIterator[Process]:
    """The gate, as in the whole product."""
    config = write_gate_config(FOLDER / "gate", asterisk, FOLDER / "sounds")
    command = [sys.executable, "-m", "pci", "gate", "--config", str(config)]
    async with running("gate", command, log_file=FOLDER / "gate" / "gate.log") as process:
        await process.expect(is_event("ready"))
        yield process


@contextlib.asynccontextmanager
async def engine() -> AsyncIterator[Process]:
    """The call side with the short flow."""
    folder = FOLDER / "ivr"
    folder.mkdir()
    config = folder / "ivr.toml"
    config.write_text(
        f"""database = "ivr.sqlite"
flows = "{HERE / "flow"}"
sounds = "{FOLDER / "sounds"}"
max_calls = 2000

[asterisk]
gate = "{GATE_SOCKET}"
app = "ivr"

[pci]
socket = "pci.sock"

[sms]
gateway = "none"
"""
    )
    command = [sys.executable, "-m", "ivr", "serve", "--config", str(config)]
    async with running("ivr", command, log_file=folder / "ivr.log") as process:
        await process.expect(is_event("ready"))
        yield process


def write_prompt(folder: Path) -> Path:
    """One second of a quiet tone as every prompt of the bench's own catalogue; the WAV file that is heard."""
    (folder / "en").mkdir(parents=True)
    (folder / "prompts.yaml").write_text("".join(f'{name}: {{en: "A tone."}}\n' for name in PROMPTS))
    tone = b"".join(struct.pack("<h", int(3000 * math.sin(n * 0.345))) for n in range(8000))
    for name in PROMPTS:
        with wave.open(str(folder / "en" / f"{name}.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(tone)
    return folder / "en" / f"{PROMPTS[0]}.wav"


def line_of(row: Row) -> str:
    """A row of the printed table."""
    return (
        f"{row.kind:9} {row.calls_per_second:3} calls/s  {row.calls - row.failed}/{row.calls} ok  "
        f"answer p50 {row.answer_ms_p50:6.1f} p99 {row.answer_ms_p99:6.1f} ms  "
        f"cpu/call asterisk {row.asterisk_cpu_ms:5.2f} app {row.app_cpu_ms:5.2f} gate {row.gate_cpu_ms:4.2f} "
        f"total {row.total_cpu_ms:5.2f} ms  "
        f"x{row.ratio_to_native:.2f}"
    )


def cost_line(cost: GateCost) -> str:
    """What the gate adds, as it is printed."""
    return (
        f"gate: {cost.keys} keys told later by p50 {cost.key_ms_p50:.2f} p99 {cost.key_ms_p99:.2f} ms; requests p50 "
        f"{cost.request_gate_ms_p50:.2f} ms, straight {cost.request_direct_ms_p50:.2f}; p99 "
        f"{cost.request_gate_ms_p99:.2f} ms, straight {cost.request_direct_ms_p99:.2f}"
    )


def main() -> int:
    """0 when the results are written."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="how long each load is put on (default 15)")
    seconds = parser.parse_args().seconds
    try:
        require_raw_sockets()
        rows, cost = asyncio.run(bench(seconds))
    except (StackError, ProcessFailed, OSError) as problem:
        print(f"The bench could not be run: {problem}", file=sys.stderr)
        return 2
    results = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": describe(),
        "seconds_per_load": seconds,
        "how": HOW | HOW_GATE,
        "rows": [asdict(row) for row in rows],
        "gate": asdict(cost),
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    print("written to bench/results.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
