"""The routes of captures: begun and streamed, and steered from outside while they run."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from pci.audit import Audit, Kind
from pci.capture.desk import CaptureDesk
from pci.capture.session import CaptureSession
from pci.contract import AskAgain, CaptureCommand, CaptureEvent, CaptureOutcome, CaptureRequest
from pci.errors import NotReady
from pci.requests import read_body

_UNREAD_SECONDS: Final = 5.0  # for a client that lets its capture wait for it, and the caller with it


class CaptureRoutes:
    """Answers what is asked of `captures`, which run in `tasks`: they outlive the request that began them."""

    def __init__(self, captures: CaptureDesk, audit: Audit, tasks: asyncio.TaskGroup) -> None:
        self._captures = captures
        self._audit = audit
        self._tasks = tasks

    def routes(self) -> list[web.RouteDef]:
        """Every route of captures."""
        return [
            web.post("/v1/captures", self.capture),
            web.post("/v1/captures/{capture_id}/ask-again", self.ask_again),
            web.post("/v1/captures/{capture_id}/{command:pause|resume|cancel}", self.steer),
        ]

    async def capture(self, request: web.Request) -> web.StreamResponse:
        """Stream a capture. A client that closes the connection ends it."""
        session = await self._admit(await read_body(request, CaptureRequest))
        capture = self._tasks.create_task(self._stream(request, session))
        try:
            return await asyncio.shield(capture)
        except asyncio.CancelledError:
            session.stop()
            raise

    async def steer(self, request: web.Request) -> web.Response:
        """Have a capture pause, go on or end."""
        command = CaptureCommand(request.match_info["command"])
        session = self._captures.find(request.match_info["capture_id"])
        on_record = await self._note(session, command)
        if command is CaptureCommand.RESUME and not on_record:
            raise NotReady
        session.command(command)
        return web.Response(status=204)

    async def ask_again(self, request: web.Request) -> web.Response:
        """Have a field of a capture asked once more."""
        field = (await read_body(request, AskAgain)).field
        session = self._captures.find(request.match_info["capture_id"])
        if not await self._note(session, f"ask-again {field}"):
            raise NotReady
        session.ask_again(field)
        return web.Response(status=204)

    async def _note(self, session: CaptureSession, wish: str) -> bool:
        """Whether it is on record: nobody is asked for more of a card who would not be."""
        return await self._audit.record(
            Kind.CAPTURE_STEERED, resource=session.resource, detail=f"{session.id} {wish}"
        )

    async def _admit(self, request: CaptureRequest) -> CaptureSession:
        """No capture begins that is not on record."""
        if not self._audit.writable:
            raise NotReady
        session = await self._captures.admit(request)
        try:
            if not await self._audit.record(Kind.CAPTURE_BEGAN, resource=session.resource, detail=session.id):
                raise NotReady
        except BaseException:
            self._captures.dismiss(session)
            raise
        return session

    async def _stream(self, request: web.Request, session: CaptureSession) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})

        gone = False

        async def emit(event: CaptureEvent) -> None:
            nonlocal gone
            if gone:
                return
            try:
                async with asyncio.timeout(_UNREAD_SECONDS):
                    if not stream.prepared:
                        await stream.prepare(request)
                    await stream.write(event.model_dump_json(exclude_none=True).encode() + b"\n")
            except (OSError, RuntimeError):  # the connection is lost, or nobody reads (TimeoutError)
                gone = True
                session.stop()

        try:
            result = await session.run(emit)
        finally:
            self._captures.dismiss(session)
        outcome = result.outcome
        success = outcome is CaptureOutcome.SUCCESS
        await self._audit.record(
            Kind.CAPTURE_ENDED, resource=session.resource, success=success, detail=f"{session.id} {outcome}"
        )
        await emit(result)
        return stream
