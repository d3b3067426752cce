"""The stand-in's HTTP side. docs/reference/simulator.md describes each request."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pci.card import brand_of, luhn
from pci.simulator.ledger import Booking, Entry, Ledger, Refused
from pci.simulator.outcomes import COLLECTIONS, Collection, Fault, Outcome, outcome_of

BODY_LIMIT: Final = 4096
SHUTDOWN_SECONDS: Final = 1.0
_KEY_LENGTH: Final = 8
_Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
_Model = TypeVar("_Model", bound="_Body")


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _ChargeBody(_Body):
    reference: _Reference
    order_id: _Reference
    amount: int = Field(gt=0, lt=100_000_000)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    moto: bool
    hold: bool = False
    stored_card: bool = False
    number: str = Field(pattern=r"^[0-9]{12,19}$")
    expiry: str = Field(pattern=r"^(0[1-9]|1[0-2])[0-9]{2}$")
    security_code: str | None = Field(default=None, pattern=r"^[0-9]{3,4}$")
    postal_code: str | None = Field(default=None, pattern=r"^[0-9]{1,10}$")


class _ReferenceBody(_Body):
    reference: _Reference


class Conduct(_Body):
    """How the stand-in shall behave from now on. `next_faults` befall the next new charges, whatever the card."""

    next_faults: tuple[Fault, ...] = Field(default=(), max_length=100, strict=False)
    next_closing_faults: tuple[Fault, ...] = Field(
        default=(), max_length=100, strict=False, description="befall the next collections and voids"
    )
    answer_delay: float = Field(default=0.0, ge=0, le=120, description="seconds, for every answer about a charge")
    slow_seconds: float = Field(default=30.0, ge=0, le=600, description="of slow-answer and arrives-late")
    hold_arrivals: bool = Field(default=False, description="keep every charge on its way until this is false again")
    lookups: Literal["truthful", "not-found", "pending", "error"] = "truthful"


class Simulator:
    """Handlers around one ledger."""

    def __init__(self, ledger: Ledger, conduct: Conduct) -> None:
        self._ledger = ledger
        self._faults: deque[Fault] = deque()
        self._closing_faults: deque[Fault] = deque()
        self._collected: set[str] = set()
        self._conduct = conduct
        self._open_road = asyncio.Event()
        self._on_the_way = 0
        self._behave(conduct)

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application(middlewares=[_errors], client_max_size=BODY_LIMIT)
        app.router.add_post("/v1/charges", self.charge)
        app.router.add_get("/v1/charges", self.lookup)
        app.router.add_post("/v1/charges/collect", self.collect)
        app.router.add_post("/v1/charges/void", self.void)
        app.router.add_get("/v1/ledger", self.ledger)
        app.router.add_put("/v1/conduct", self.conduct)
        return app

    async def charge(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/charges: decide, book, answer; each of the three may go wrong as told."""
        _check_key(request)
        body = await _parse(request, _ChargeBody)
        booking = _booking(body, request.headers.get("Idempotency-Key", ""))
        outcome = outcome_of(body.number.encode(), body.amount, stored=body.stored_card)
        if not luhn(bytearray(body.number.encode())):
            outcome = Outcome("incorrect_number")
        fault = self._faults.popleft() if self._faults else outcome.fault
        await self._travel(fault)
        entry = None if fault is Fault.NEVER_ARRIVED else self._ledger.replay(booking)
        if entry is not None:
            return await self._answer(entry)
        if fault is not Fault.NEVER_ARRIVED:
            entry = self._ledger.book(booking, outcome.decline_code)
        return await self._answer(entry, request, fault)

    async def lookup(self, request: web.Request) -> web.Response:
        """GET /v1/charges?reference=…: what the ledger says, or what `lookups` wants it to say."""
        _check_key(request)
        entry = self._ledger.find(request.query.get("reference", ""))
        match self._conduct.lookups:
            case "error":
                return _error(500, "internal_error")
            case "pending" if entry is not None:
                return _charge(entry | {"state": "pending", "decline_code": None, "approval_code": None})
            case "truthful" if entry is not None:
                return _charge(entry)
            case _:
                return _error(404, "not_found")

    async def collect(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/charges/collect: take what is held under this reference."""
        _check_key(request)
        reference = (await _parse(request, _ReferenceBody)).reference
        entry = self._ledger.find(reference)
        if entry is None:
            return _error(404, "not_found")
        fate = Collection() if reference in self._collected else COLLECTIONS.get(entry["amount"], Collection())
        self._collected.add(reference)
        fault = self._closing_faults.popleft() if self._closing_faults else fate.fault
        await self._travel(fault)
        if fault is not Fault.NEVER_ARRIVED:
            entry = self._ledger.void(reference) if fate.lapsed else self._ledger.collect(reference)
        return await self._answer(entry, request, fault)

    async def void(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/charges/void: from now on no money moves under this reference."""
        _check_key(request)
        reference = (await _parse(request, _ReferenceBody)).reference
        fault = self._closing_faults.popleft() if self._closing_faults else None
        await self._travel(fault, by_the_same_road=False)
        entry = None if fault is Fault.NEVER_ARRIVED else self._ledger.void(reference)
        return await self._answer(entry, request, fault)

    async def ledger(self, request: web.Request) -> web.Response:
        """GET /v1/ledger: every entry, and how many charges have come in that are not decided yet."""
        return web.json_response({"charges": self._ledger.entries(), "on_the_way": self._on_the_way})

    async def conduct(self, request: web.Request) -> web.Response:
        """PUT /v1/conduct: behave like this from now on."""
        self._behave(await _parse(request, Conduct))
        return web.json_response(self._conduct.model_dump(mode="json"))

    def _behave(self, conduct: Conduct) -> None:
        self._conduct = conduct
        self._faults = deque(conduct.next_faults)
        self._closing_faults = deque(conduct.next_closing_faults)
        if conduct.hold_arrivals:
            self._open_road.clear()
        else:
            self._open_road.set()

    async def _travel(self, fault: Fault | None, *, by_the_same_road: bool = True) -> None:
        self._on_the_way += 1
        try:
            if fault is Fault.ARRIVES_LATE:
                await asyncio.sleep(self._conduct.slow_seconds)
            if by_the_same_road:
                await self._open_road.wait()
        finally:
            self._on_the_way -= 1

    async def _answer(
        self, entry: Entry | None, request: web.Request | None = None, fault: Fault | None = None
    ) -> web.StreamResponse:
        await asyncio.sleep(self._conduct.slow_seconds if fault is Fault.SLOW_ANSWER else self._conduct.answer_delay)
        match fault:
            case Fault.ANSWER_LOST | Fault.NEVER_ARRIVED if request is not None and request.transport is not None:
                request.transport.abort()
            case Fault.ERROR_AFTER_BOOKING:
                return _error(500, "internal_error")
            case Fault.GARBAGE:
                return web.Response(body=b'{"reference": \xff\x00 <html>', content_type="application/json")
        return _charge(entry) if entry is not None else _error(500, "internal_error")


@asynccontextmanager
async def serving(ledger_file: Path, port: int = 0, conduct: Conduct | None = None) -> AsyncIterator[str]:
    """Serve on loopback for as long as the block runs; gives the URL. Port 0 takes a free one."""
    ledger = Ledger(ledger_file)
    runner = web.AppRunner(
        Simulator(ledger, conduct or Conduct()).app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
    )
    try:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        ledger.close()


def _booking(body: _ChargeBody, idempotency_key: str) -> Booking:
    if not 1 <= len(idempotency_key) <= 255:
        raise web.HTTPBadRequest
    brand = brand_of(bytearray(body.number.encode()))
    plain = body.model_dump(include={"reference", "order_id", "amount", "currency", "moto", "hold", "stored_card"})
    return Booking(
        **plain, idempotency_key=idempotency_key, brand=brand.value if brand else "unknown", last4=body.number[-4:]
    )


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or len(key) < _KEY_LENGTH:
        raise web.HTTPUnauthorized


async def _parse(request: web.Request, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError:
        raise web.HTTPBadRequest from None


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal is a constant: nothing that came in goes out again."""
    try:
        return await handler(request)
    except Refused as refused:
        return _error(409, refused.args[0])
    except web.HTTPException as error:
        return _error(error.status, error.reason.lower().replace(" ", "_"))


def _charge(entry: Entry) -> web.Response:
    shown = ("reference", "state", "decline_code", "approval_code")
    return web.json_response({field: entry.get(field) for field in shown})


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": code}, status=status)
