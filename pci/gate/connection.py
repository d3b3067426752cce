"""One connection of the call side, and the one to Asterisk that belongs to it: either ends with the other.

So the call side's client notices every gap in what it is told, and nothing has to be remembered from one connection
to the next: which channels are inside is asked of Asterisk anew.
"""

from __future__ import annotations

import asyncio
import json
from typing import Final

import aiohttp
from aiohttp import WSMsgType, web

from pci.alarm import Alarm, Seldom
from pci.gate.answers import Sight, seen
from pci.gate.asterisk import Asterisk
from pci.gate.checks import Facts, Policy, Refused, Standing, WhereIs
from pci.gate.request import Envelope, Request, read
from pci.gate.rules import RULES, Allowed, decide, why
from pci.gate.told import Told
from pci.log import log

MOST_IN_FLIGHT: Final = 256
MOST_IN_A_SECOND: Final = 2000
MOST_BEHIND: Final = 16 * 1024 * 1024  # bytes that the call side may leave unread
_BREATH: Final = 0.001


class Ended(Exception):
    """One of the two connections is gone."""


class Refusals:
    """Writes down what was refused: a log line, and an alarm where the rule says so. Never a name or a value."""

    def __init__(self, alarm: Alarm, app: str) -> None:
        self._alarm = alarm
        self._app = app
        self._seldom = Seldom()

    async def note(self, rule: str, verb: str) -> None:
        """A request was refused by a rule; `verb` is the method and the kind of thing, a constant of ours."""
        if rule == "gone" or not self._seldom.due(rule):  # gone: a request and a hang-up crossed
            return
        log.warning("request_denied", rule=rule, verb=verb)
        if RULES[rule].alarm:
            await self._alarm("gate_widening_refused", resource=verb, reason=rule, app=self._app)


class Connection:
    """Passes requests one way, events and answers the other, as the tables allow."""

    def __init__(
        self, asterisk: Asterisk, policy: Policy, refusals: Refusals, transport: asyncio.WriteTransport
    ) -> None:
        self._asterisk = asterisk
        self._policy = policy
        self._refusals = refusals
        self._transport = transport
        # it never lets a sender wait: what the call side does not read must not keep us from what Asterisk tells
        transport.set_write_buffer_limits(high=2 * MOST_BEHIND)
        self._told = Told(policy.app)
        self._in_flight = 0
        self._second, self._in_second = 0, 0

    async def look(self) -> None:
        """Find out who is inside; events that come meanwhile wait in their connection and are judged after it."""
        members = await self._asterisk.members(self._policy.app)
        in_stasis, taken = await self._asterisk.in_stasis(), await self._asterisk.taken()
        self._told.begin((members & in_stasis) - taken, taken)

    async def run(self, call_side: web.WebSocketResponse, events: aiohttp.ClientWebSocketResponse) -> None:
        """Return when either connection ends."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tell(call_side, events))
                await self._serve(call_side, tasks)
        except* Ended:
            pass

    async def _tell(self, call_side: web.WebSocketResponse, events: aiohttp.ClientWebSocketResponse) -> None:
        async for message in events:
            if message.type is WSMsgType.TEXT and self._told.passes(message.data):
                await self._send(call_side, message.data)
                if self._told.replaced:
                    break
        raise Ended

    async def _serve(self, call_side: web.WebSocketResponse, tasks: asyncio.TaskGroup) -> None:
        async for message in call_side:
            envelope, request = read(message.data) if message.type is WSMsgType.TEXT else (Envelope(), None)
            if not self._may_ask():
                await self._refuse(call_side, envelope, "too-many", verb(request))
                await asyncio.sleep(_BREATH)  # a flood must not keep us from what Asterisk tells either
            elif request is None:
                await self._refuse(call_side, envelope, "malformed", "?")
            else:
                self._in_flight += 1
                tasks.create_task(self._answer(call_side, envelope, request))
        raise Ended

    def _may_ask(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_flight < MOST_IN_FLIGHT and self._in_second <= MOST_IN_A_SECOND

    async def _answer(self, call_side: web.WebSocketResponse, envelope: Envelope, request: Request) -> None:
        try:
            status, body = await self._done(request)
            await self._send(call_side, envelope.sealed(status, body))
        except Refused as refusal:
            await self._refuse(call_side, envelope, refusal.rule, verb(request))
        finally:
            self._in_flight -= 1

    async def _done(self, request: Request) -> tuple[int, str]:
        """Status and body of the answer to a request that is allowed; `Refused` otherwise."""
        facts = Facts(self._policy, self._told.inside)
        try:
            allowed = decide(request, facts)
        except WhereIs as question:
            facts = Facts(self._policy, self._told.inside, await self._asterisk.standing(question.channel))
            allowed = decide(request, facts)
        try:
            status, body = await self._asterisk.send(allowed.method, allowed.parts, allowed.parameters)
        finally:  # without an answer it may have been done all the same
            await self._undo_if_late(allowed)
        if status >= 300 or allowed.sees == "all":
            return status, body.decode("utf-8", "replace")
        sight = Sight(self._policy.app, self._told.inside, await self._asterisk.taken())
        shown = seen(body, allowed.sees, sight)
        if shown is None:
            raise Refused("asterisk-silent")
        return status, shown

    async def _undo_if_late(self, allowed: Allowed) -> None:
        """A channel that the card side took while it was being added to a bridge does not stay in that bridge."""
        channel = allowed.parameters.get("channel")
        if allowed.parts[-1] != "addChannel":
            return
        # not `inside`: Asterisk may have told us of the move, and we not have read it yet
        if await self._asterisk.standing(str(channel)) is not Standing.ABSENT:
            await self._asterisk.send("POST", (*allowed.parts[:-1], "removeChannel"), {"channel": channel})
            raise Refused("capture")

    async def _send(self, call_side: web.WebSocketResponse, frame: str) -> None:
        """A call side that leaves too much unread is let go."""
        if self._transport.get_write_buffer_size() > MOST_BEHIND:
            raise Ended
        try:
            await call_side.send_str(frame)
        except ConnectionError:
            raise Ended from None

    async def _refuse(self, call_side: web.WebSocketResponse, envelope: Envelope, rule: str, verb: str) -> None:
        await self._send(call_side, envelope.sealed(RULES[rule].status, json.dumps({"message": why(rule)})))
        await self._refusals.note(rule, verb)


KNOWN: Final = frozenset(
    {"applications", "asterisk", "bridges", "channels", "deviceStates", "endpoints", "events", "mailboxes"}
    | {"playbacks", "recordings", "sounds"}
)


def verb(request: Request | None) -> str:
    """The method and the kind of thing, by words of ours."""
    if request is None:
        return "?"
    return f"{request.method} {request.parts[0] if request.parts[0] in KNOWN else '?'}"
