"""A card side that tests can make answer, fail or die: a real unix socket, a real Stasis application, invented cards.

It takes the caller away, waits for three `#` (number, expiry, security code) and gives the caller back. It hears a
caller say what a test has it hear.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel

from asterisk_ari import AriApp, ChannelDestroyed, ChannelDtmfReceived, ChannelHangupRequest, StasisStart, Watch
from pci.contract import (
    Brand,
    CaptureEvent,
    CaptureOutcome,
    CaptureRequest,
    CaptureResult,
    CaptureStarted,
    CardField,
    Charge,
    ChargeRequest,
    ChargeState,
    Closing,
    DeclineReason,
    Error,
    ErrorCode,
    FieldProgress,
    Health,
    HearingEvent,
    HearingRequest,
    HearingStarted,
    KeepRequest,
    KeptCard,
    PromptSpoken,
    SpeechHeard,
    SpokenWords,
)

_FIELDS = (
    (CardField.NUMBER, "card-number"),
    (CardField.EXPIRY, "expiry"),
    (CardField.SECURITY_CODE, "security-code-3"),
)


class CardSide:
    """What it does next is in its attributes; what it was asked is in `charges`, `captures`, `kept`, `forgotten`."""

    def __init__(self, app: AriApp) -> None:
        self.ready = True
        self.refuse_capture: ErrorCode | None = None
        self.refuse_charge: ErrorCode | None = None
        self.refuse_hearing: ErrorCode | None = None
        self.outcome = CaptureOutcome.SUCCESS
        self.state = ChargeState.APPROVED
        self.decline_reason: DeclineReason | None = None
        self.takes = True
        self.gives_back = True
        self.loses_answers = False
        self.may_answer = asyncio.Event()
        """Clear it to keep the answers to charges back."""
        self.may_answer.set()
        self.charge_asked = asyncio.Event()
        self.capture_over = asyncio.Event()
        self.captures: list[CaptureRequest] = []
        self.hearings: list[HearingRequest] = []
        self.hears: HearingRequest | None = None
        """What is listened for now."""
        self.charges: dict[str, Charge] = {}
        self.requests: list[ChargeRequest] = []
        self.kept: dict[str, KeptCard] = {}
        self.forgotten: list[str] = []
        self._app = app
        self._said: asyncio.Queue[SpeechHeard] = asyncio.Queue()
        self._dead = False
        self._requests: list[web.Request] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, app: AriApp, socket: Path) -> AsyncIterator[CardSide]:
        """Serve on `socket` until the block ends."""
        card_side = cls(app)
        async with card_side.serving(socket):
            yield card_side

    @asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[None]:
        """Serve on `socket`; leaving the block is the death of the card side: nothing is tidied up."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/v1/health", self._health),
                web.post("/v1/captures", self._capture),
                web.post("/v1/hearings", self._hear),
                web.post("/v1/charges", self._charge),
                web.get("/v1/charges/{charge_id}", self._find),
                web.post("/v1/charges/{charge_id}/{closing:collect|void}", self._close),
                web.get("/v1/tokens/{token}", self._find_card),
                web.post("/v1/tokens/{token}/keep", self._keep),
                web.delete("/v1/tokens/{token}", self._forget),
            ]
        )
        runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._site = web.UnixSite(runner, str(socket))
        await self._site.start()
        try:
            yield
        finally:
            socket.unlink(missing_ok=True)
            self.cut_connections()
            await runner.cleanup()

    async def die(self) -> None:
        """End as a process does that is killed, as far as its socket shows; its callers stay where they are."""
        self._dead = True
        await self._site.stop()
        self.cut_connections()

    def cut_connections(self) -> None:
        """Break off every request that is under way."""
        for request in self._requests:
            if request.transport is not None:
                request.transport.abort()

    def hear(self, text: str, *, final: bool = True) -> None:
        """The caller who is heard, or will be next, says this."""
        self._said.put_nowait(
            SpeechHeard(alternatives=(SpokenWords(words=tuple(text.split()), score=0.0),), final=final)
        )

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        wanted = HearingRequest.model_validate_json(await request.read())
        self.hearings.append(wanted)
        if self.refuse_hearing is not None:
            return _refusal(self.refuse_hearing, 503)
        stream = web.StreamResponse()
        await stream.prepare(request)
        await _tell(stream, HearingStarted())
        self.hears = wanted
        try:
            while True:
                await _tell(stream, await self._said.get())
        finally:
            self.hears = None

    async def _health(self, _request: web.Request) -> web.Response:
        return _json(Health(ready=self.ready, reasons=() if self.ready else ("asterisk-not-connected",)))

    async def _capture(self, request: web.Request) -> web.StreamResponse:
        order = CaptureRequest.model_validate_json(await request.read())
        self.captures.append(order)
        if self.refuse_capture is not None:
            return _refusal(self.refuse_capture, 503)
        self._requests.append(request)
        stream = web.StreamResponse()
        await stream.prepare(request)
        try:
            if not self.takes:
                await _tell(stream, CaptureResult(outcome=CaptureOutcome.NOT_SECURE))
                return stream
            with self._app.watch(order.channel_id) as events:
                await self._take(order, events, stream)
                await _tell(stream, await self._ask(events, stream, order))
        except asyncio.CancelledError:
            if not self._dead:  # the call side let go of the capture
                await self._app.asterisk.hang_up(order.channel_id)
            raise
        finally:
            self._requests.remove(request)
            self.capture_over.set()
        return stream

    async def _take(self, order: CaptureRequest, events: Watch, stream: web.StreamResponse) -> None:
        await self._app.asterisk.move(order.channel_id, self._app.name, ["capture-1"])
        while not isinstance(await events.next(), StasisStart):
            pass
        await _tell(stream, CaptureStarted(capture_id="capture-1"))

    async def _ask(self, events: Watch, stream: web.StreamResponse, order: CaptureRequest) -> CaptureResult:
        for field, prompt in _FIELDS:
            await self._app.asterisk.play(order.channel_id, [f"sound:{prompt}"])
            await _tell(stream, PromptSpoken(prompts=(prompt,)))
            entered = 0
            while True:
                event = await events.next()
                if isinstance(event, (ChannelHangupRequest, ChannelDestroyed)):
                    return CaptureResult(outcome=CaptureOutcome.HUNG_UP)
                if isinstance(event, ChannelDtmfReceived):
                    entered += 1
                    done = event.digit == "#"
                    state = FieldProgress(
                        field=field, state="accepted" if done else "entering", entered=entered - done, attempt=1
                    )
                    await _tell(stream, state)
                    if done:
                        break
        if self.gives_back:
            await self._app.asterisk.move(order.channel_id, order.return_to, ["back", "capture-1"])
        if self.outcome is not CaptureOutcome.SUCCESS:
            return CaptureResult(outcome=self.outcome)
        number = len(self.captures)
        return CaptureResult(
            outcome=self.outcome,
            capture_id=f"capture-{number}",
            token=f"token-{number}",
            brand=Brand.VISA,
            last4="1111",
        )

    async def _charge(self, request: web.Request) -> web.Response:
        order = ChargeRequest.model_validate_json(await request.read())
        self.requests.append(order)
        self._requests.append(request)
        try:
            if self.refuse_charge is not None:
                return _refusal(self.refuse_charge, 409)
            if order.token is not None and order.token not in self.kept:
                return _refusal(ErrorCode.CARD_GONE, 409)
            charge = self.charges[order.charge_id] = Charge(
                charge_id=order.charge_id,
                order_id=order.order_id,
                state=self.state,
                amount=order.amount,
                currency=order.currency,
                brand=Brand.VISA,
                last4="1111",
                decline_reason=self.decline_reason,
            )
            self.charge_asked.set()
            await self.may_answer.wait()
            if self.loses_answers and request.transport is not None:
                request.transport.abort()
            return _json(charge)
        finally:
            self._requests.remove(request)

    async def _find(self, request: web.Request) -> web.Response:
        charge = self.charges.get(request.match_info["charge_id"])
        if charge is None:
            return _refusal(ErrorCode.NOT_FOUND, 404)
        return _json(charge)

    async def _close(self, request: web.Request) -> web.Response:
        charge, closing = self.charges.get(request.match_info["charge_id"]), Closing(request.match_info["closing"])
        if charge is None:
            return _refusal(ErrorCode.NOT_FOUND, 404)
        if charge.state is ChargeState.AUTHORIZED:
            state = ChargeState.APPROVED if closing is Closing.COLLECT else ChargeState.NOT_CHARGED
            charge = self.charges[charge.charge_id] = charge.model_copy(update={"state": state, "closing": closing})
        return _json(charge) if charge.closing is closing else _refusal(ErrorCode.NOTHING_HELD, 409)

    async def _find_card(self, request: web.Request) -> web.Response:
        card = self.kept.get(request.match_info["token"])
        return _refusal(ErrorCode.NOT_FOUND, 404) if card is None else _json(card)

    async def _keep(self, request: web.Request) -> web.Response:
        KeepRequest.model_validate_json(await request.read())
        token = request.match_info["token"]
        if token in self.forgotten:
            return _refusal(ErrorCode.NOT_FOUND, 404)
        card = self.kept[token] = KeptCard(token=token, brand=Brand.VISA, last4="1111", expired=False)
        return _json(card)

    async def _forget(self, request: web.Request) -> web.Response:
        self.forgotten.append(request.match_info["token"])
        self.kept.pop(request.match_info["token"], None)
        return web.Response(status=204)


async def _tell(stream: web.StreamResponse, event: CaptureEvent | HearingEvent) -> None:
    await stream.write(event.model_dump_json(exclude_none=True).encode() + b"\n")


def _refusal(code: ErrorCode, status: int) -> web.Response:
    return _json(Error(error=code, message="Refused."), status)


def _json(body: BaseModel, status: int = 200) -> web.Response:
    return web.Response(text=body.model_dump_json(exclude_none=True), status=status, content_type="application/json")
