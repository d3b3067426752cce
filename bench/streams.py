"""How many callers one machine can hear: `python -m bench.streams [--seconds N]`. Writes bench/streams.json.

Callers say digits in the voice of our own recordings, each beginning a little later than the one before; their sound
comes 60 ms at a time, as it does from Asterisk. They say a card, so each is heard three times, as far as that is done
for so many. With the shipped model, by as many threads as the settings have, in a process with the memory settings of
`pci`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import wave
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.load import percentile
from bench.machine import cpu_seconds, describe
from pci.process import restart_with_clean_memory
from speech import SHIPPED, Grammar, Model, SpeechError
from speech.digits import WORDS
from speech.recogniser import BYTES_PER_SECOND
from speech.vosk import THREADS, VoskRecogniser

HERE = Path(__file__).resolve().parent
SOUNDS = HERE.parent / "sounds" / "en"
STREAMS = (1, 10, 20, 40)
PIECE_SECONDS = 0.06
SAID = "4111", "2704", "9938", "0512"
PAUSE_SECONDS = 1.5
HOW = {
    "final_ms": "from when the sound that ends a stretch was there to when its words were, waiting included",
    "cpu_per_second": "CPU seconds of this process for a second of one caller's sound",
    "streams_per_core": "callers that one core could hear in real time: 1 / cpu_per_second",
    "memory_kb": "resident memory that a caller adds, kept while heard",
    "late_ms": "how much later than real time the slowest caller was at the end",
}


@dataclass(frozen=True, slots=True)
class Row:
    """So many callers at a time."""

    streams: int
    finals: int
    final_ms_p50: float
    final_ms_p99: float
    cpu_per_second: float
    streams_per_core: float
    memory_kb: int
    late_ms: float


def sound() -> bytes:
    """What a caller says: digits, four at a time, with pauses."""
    pause = bytes(2 * int(PAUSE_SECONDS * BYTES_PER_SECOND / 2))
    whole = pause
    for group in SAID:
        for digit in group:
            with wave.open(str(SOUNDS / f"digit-{digit}.wav")) as file:
                whole += file.readframes(file.getnframes())
        whole += pause
    return whole


async def measure(recogniser: VoskRecogniser, streams: int, seconds: float) -> Row:
    """Hear so many callers for so long."""
    said, memory = sound(), resident_kb()
    words = recogniser.known(WORDS)
    listeners = [recogniser.listen(Grammar(words, careful=True)) for _ in range(streams)]
    delays: list[float] = []
    late: list[float] = []

    async def call(number: int) -> None:
        loop = asyncio.get_running_loop()
        piece = int(PIECE_SECONDS * BYTES_PER_SECOND)
        at, due = 0, loop.time() + number * PIECE_SECONDS / streams
        until = due + seconds
        while due < until:
            due += PIECE_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))
            heard = await listeners[number].feed(said[at : at + piece])
            at = (at + piece) % (len(said) - piece)
            delays.extend(loop.time() - due for one in heard if one.final)
        late.append(loop.time() - due)

    used = cpu_seconds(os.getpid())
    async with asyncio.TaskGroup() as tasks:
        for number in range(streams):
            tasks.create_task(call(number))
    used = (cpu_seconds(os.getpid()) - used) / (streams * seconds)
    memory = (resident_kb() - memory) // streams
    for listener in listeners:
        listener.close()
    return Row(
        streams=streams,
        finals=len(delays),
        final_ms_p50=round(1000 * percentile(delays or [0.0], 50), 1),
        final_ms_p99=round(1000 * percentile(delays or [0.0], 99), 1),
        cpu_per_second=round(used, 4),
        streams_per_core=round(1 / used, 1),
        memory_kb=memory,
        late_ms=round(1000 * max(late), 1),
    )


def resident_kb() -> int:
    """The memory of this process that is really there."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def line_of(row: Row) -> str:
    """A row of the printed table."""
    return (
        f"{row.streams:3} callers  {row.finals} stretches  final p50 {row.final_ms_p50:6.1f} p99 "
        f"{row.final_ms_p99:6.1f} ms  cpu {row.cpu_per_second:.4f} s/s  {row.streams_per_core:5.1f} per core  "
        f"{row.memory_kb} KB each"
    )


async def bench(recogniser: VoskRecogniser, seconds: float) -> list[Row]:
    """Every number of callers, after one that warms it all up."""
    await measure(recogniser, 1, 2.0)
    rows = []
    for streams in STREAMS:
        rows.append(await measure(recogniser, streams, seconds))
        print(line_of(rows[-1]), flush=True)
    return rows


def main() -> int:
    """0 when the results are written."""
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each number is heard (default 15)")
    seconds = parser.parse_args().seconds
    restart_with_clean_memory()
    try:
        with VoskRecogniser.open([Model("en", SHIPPED["en"])], listeners=max(STREAMS)) as recogniser:
            rows = asyncio.run(bench(recogniser, seconds))
    except SpeechError as problem:
        print(f"The bench could not be run: {problem}", file=sys.stderr)
        return 2
    results = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": describe() | {"load_average": round(os.getloadavg()[0], 1)},
        "threads": THREADS,
        "seconds": seconds,
        "how": HOW,
        "rows": [asdict(row) for row in rows],
    }
    (HERE / "streams.json").write_text(json.dumps(results, indent=2) + "\n")
    print("written to bench/streams.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
