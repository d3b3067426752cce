"""What the gate costs: the same keys and the same requests, through it and past it, in one run.

One client holds both ends: the call side's application through the gate, and a bystander of its own straight at
Asterisk, which the gate would refuse. Each key of each call comes to both; each request is made by both, in turn.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from asterisk_ari import AriApp, AriLogin, AriSocket, ChannelDtmfReceived, ChannelGone, StasisStart
from bench.load import percentile, put_load
from bench.machine import cpu_seconds

KEYS = 4
REQUESTS = 5  # of each kind, in each call
BYSTANDER = "bystander"
HOW = {
    "key_ms": "how much later a key is told through the gate than straight from Asterisk: same key, same clock",
    "request_ms": "GET /channels/{id}: a frame through the gate, and an HTTP request straight to Asterisk, in turn",
    "gate_ms": "of the gate's cost: 10 calls a second, each of 4 keys and 8 requests through the gate",
}


@dataclass(frozen=True, slots=True)
class GateCost:
    """What was added by the gate. Delays in milliseconds; negative where the gate's road was the faster."""

    calls: int
    keys: int
    key_ms_p50: float
    key_ms_p99: float
    request_direct_ms_p50: float
    request_direct_ms_p99: float
    request_gate_ms_p50: float
    request_gate_ms_p99: float
    gate_cpu_ms: float


@dataclass(slots=True)
class Samples:
    """Seconds."""

    keys: list[float] = field(default_factory=list)
    direct: list[float] = field(default_factory=list)
    gated: list[float] = field(default_factory=list)


async def measure_gate(
    folder: Path, gate: AriSocket, login: AriLogin, pid: int, call: tuple[str, int, int]
) -> GateCost:
    """Put calls on the gate whose process is `pid`. `call` is the number, Asterisk's SIP port, and the seconds."""
    number, sip_port, seconds = call
    samples = Samples()
    async with AsyncExitStack() as opened:
        gated = await opened.enter_async_context(AriApp.open(gate, "ivr"))
        direct = await opened.enter_async_context(AriApp.open(login, BYSTANDER))
        async with asyncio.TaskGroup() as calls:
            takes = calls.create_task(_take_calls(gated, direct, samples, calls))
            before = cpu_seconds(pid)
            outcome = await put_load(folder, number, sip_port, 10, seconds)
            used = cpu_seconds(pid) - before
            takes.cancel()
    return _cost(samples, outcome.calls, used)


async def _take_calls(gated: AriApp, direct: AriApp, samples: Samples, calls: asyncio.TaskGroup) -> None:
    async for start in gated.arrivals():
        calls.create_task(_take(gated, direct, samples, start))


async def _take(gated: AriApp, direct: AriApp, samples: Samples, start: StasisStart) -> None:
    channel = start.channel_id
    with gated.watch(channel) as through, direct.watch(channel) as past:
        await direct.asterisk.subscribe(BYSTANDER, f"channel:{channel}")
        await gated.asterisk.answer(channel)
        for _ in range(REQUESTS):
            samples.direct.append(await _timed(direct.asterisk.channel, channel))
            samples.gated.append(await _timed(gated.asterisk.channel, channel))
        async with asyncio.TaskGroup() as ears:
            told = [ears.create_task(_keys(watch.next)) for watch in (through, past)]
        samples.keys += [late - early for late, early in zip(*(ear.result() for ear in told), strict=True)]
        await gated.asterisk.hang_up(channel)


async def _timed(request: Callable[[str], Awaitable[object]], channel: str) -> float:
    began = asyncio.get_running_loop().time()
    await request(channel)
    return asyncio.get_running_loop().time() - began


async def _keys(following: Callable[[], Awaitable[object]]) -> list[float]:
    """When each key of the call was told."""
    times: list[float] = []
    while len(times) < KEYS:
        try:
            if isinstance(await following(), ChannelDtmfReceived):
                times.append(asyncio.get_running_loop().time())
        except ChannelGone:
            return []
    return times


def _cost(samples: Samples, calls: int, cpu: float) -> GateCost:
    def quantiles(values: Sequence[float]) -> tuple[float, float]:
        return round(1000 * statistics.median(values), 3), round(1000 * percentile(values, 99), 3)

    return GateCost(
        calls,
        len(samples.keys),
        *quantiles(samples.keys),
        *quantiles(samples.direct),
        *quantiles(samples.gated),
        gate_cpu_ms=round(1000 * cpu / calls, 2),
    )
