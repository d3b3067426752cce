"""Put a number of short calls a second on Asterisk with SIPp, and read what became of them."""

from __future__ import annotations

import asyncio
import math
import socket
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError
from stack.phones.programs import PROGRAMS
from stack.ports import free_sip_port, free_udp_range

SCENARIO = Path(__file__).with_name("caller.xml")
CALL_SECONDS = 12  # no call may take longer
MEDIA_PORTS = 600
# a call whose four keys were heard is over 3.4 s after it was answered; one that waited for keys in vain takes 7 s
KEYS_HEARD_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the calls: `failed` were not answered or not all their keys were heard.

    Delays are in milliseconds from INVITE to 200.
    """

    calls: int
    failed: int
    answer_ms_p50: float
    answer_ms_p99: float


@dataclass(slots=True)
class Call:
    """When it was dialled, answered and hung up on, in seconds of the epoch; None for what did not happen."""

    dialled: float
    answered: float | None = None
    ended: float | None = None

    @property
    def good(self) -> bool:
        """Whether it was answered, and over as soon as a call is whose keys were heard."""
        return (
            self.answered is not None and self.ended is not None and self.ended - self.answered < KEYS_HEARD_SECONDS
        )


def require_raw_sockets() -> None:
    """StackError if SIPp could press no keys here."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        raise StackError(
            "SIPp presses keys through a raw socket, which needs the capability CAP_NET_RAW: run `make bench` as"
            " root, or in a container that was started with `--cap-add NET_RAW`."
        ) from None


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
        "-trace_shortmsg",
    ]  # fmt: skip
    with (folder / "sipp.out").open("wb") as out:
        child = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=out, stderr=out)
        await child.wait()
    return read_outcome(folder, calls)


def read_outcome(folder: Path, calls: int) -> Outcome:
    """The outcome from SIPp's message log. Its own response times are of no use: they tick every 4 ms."""
    log = next(folder.glob("*_shortmessages.log"), None)
    made = read_calls(log.read_text().splitlines()) if log else []
    delays = [1000 * (call.answered - call.dialled) for call in made if call.answered is not None]
    if not delays:
        raise StackError(f"SIPp made no calls:\n{(folder / 'sipp.out').read_text(errors='replace')[-800:]}")
    failed = calls - sum(call.good for call in made)
    return Outcome(calls, failed, round(statistics.median(delays), 2), round(percentile(delays, 99), 2))


def read_calls(lines: Iterable[str]) -> list[Call]:
    """The calls in a message log: date, time, seconds of the epoch, S(ent) or R(eceived), call, CSeq, first line."""
    calls: dict[str, Call] = {}
    for fields in (line.split("\t") for line in lines):
        if len(fields) < 7:
            continue  # cut off by the end of SIPp
        seconds, way, call_id, sequence, first = float(fields[2]), *fields[3:7]
        if first.startswith("INVITE "):
            calls.setdefault(call_id, Call(seconds))
        elif way == "R" and call_id in calls:
            call = calls[call_id]
            if first.startswith("SIP/2.0 200") and sequence.endswith(" INVITE"):
                call.answered = call.answered or seconds
            elif first.startswith("BYE "):
                call.ended = call.ended or seconds
    return list(calls.values())


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many per cent of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
