"""The call side's only way to the card side: HTTP over its unix socket.

Bodies are never logged and never part of an error. Every request has a connection of its own, so that a failure to
connect proves that nothing was sent, and closing the connection of a capture ends that capture and no other.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
from aiohttp.http_exceptions import LineTooLong
from pydantic import BaseModel, TypeAdapter, ValidationError

from ivr.body import whole_body
from ivr.errors import PciAnswerLost, PciRefused, PciUnreachable
from pci.contract import (
    CAPTURE_EVENT,
    HEARING_EVENT,
    LONGEST_PAUSE,
    AskAgain,
    CaptureCommand,
    CaptureEvent,
    CaptureRequest,
    CaptureResult,
    CardField,
    Charge,
    ChargeRequest,
    Closing,
    Error,
    ErrorCode,
    Health,
    HeardLanguage,
    HeardLanguages,
    HearingEnded,
    HearingEvent,
    HearingRequest,
    KeepRequest,
    KeptCard,
    WordsAsked,
    WordsKnown,
)

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 5.0
# the longest prompt of the card side, with room to spare: silence beyond this and the longest wait is a dead peer
_PROMPT_SECONDS = 60.0
# the card side hears nobody for longer than five minutes at a time
_HEARING_SECONDS = 330.0
_MOST_BYTES = 64 * 1024
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_LOST = (aiohttp.ClientError, TimeoutError, OSError, ValueError, LineTooLong)
_JSON_BODY = {"Content-Type": "application/json"}
_Answer = TypeVar("_Answer", bound=BaseModel)
_Event = TypeVar("_Event")


class PciClient:
    """What the card side can be asked. Raises PciUnreachable, PciAnswerLost or PciRefused."""

    def __init__(self, session: aiohttp.ClientSession, charge_timeout: float) -> None:
        self._session = session
        self._charge_timeout = charge_timeout

    @classmethod
    @asynccontextmanager
    async def open(cls, socket: Path, charge_timeout: float = 45.0) -> AsyncIterator[PciClient]:
        """A client of the card side at `socket`; a charge may take `charge_timeout` seconds."""
        connector = aiohttp.UnixConnector(path=str(socket), force_close=True)
        async with aiohttp.ClientSession("http://pci", connector=connector) as session:
            yield cls(session, charge_timeout)

    async def health(self) -> Health:
        """Whether a capture may start now."""
        return _read(Health, await self._send("GET", "/v1/health"))

    async def charge(self, request: ChargeRequest) -> Charge:
        """Charge a card. After PciAnswerLost it may have happened: ask `find_charge` later."""
        return _read(Charge, await self._send("POST", "/v1/charges", body=request, seconds=self._charge_timeout))

    async def find_charge(self, charge_id: str) -> Charge | None:
        """What is known of a charge now; None if the card side never heard of it."""
        try:
            return _read(Charge, await self._send("GET", f"/v1/charges/{charge_id}"))
        except PciRefused as refusal:
            if refusal.code is ErrorCode.NOT_FOUND:
                return None
            raise

    async def close(self, charge_id: str, closing: Closing) -> Charge:
        """Have an authorized charge collected or voided. After PciAnswerLost: ask `find_charge`, or this again."""
        return _read(
            Charge, await self._send("POST", f"/v1/charges/{charge_id}/{closing}", seconds=self._charge_timeout)
        )

    async def find_card(self, token: str) -> KeptCard | None:
        """What may be known of a kept card; None if it is not kept any more."""
        return await self._card("GET", f"/v1/tokens/{token}")

    async def keep(self, token: str) -> KeptCard | None:
        """Keep a card for later payments: the caller was asked and said yes. None if it is gone already."""
        return await self._card("POST", f"/v1/tokens/{token}/keep", KeepRequest(confirmed=True))

    async def forget(self, token: str) -> None:
        """Have a card dropped that is of no use any more; one that is gone already is fine."""
        try:
            await self._send("DELETE", f"/v1/tokens/{token}")
        except PciRefused as refusal:
            if refusal.code is not ErrorCode.NOT_FOUND:
                raise

    async def capture(self, request: CaptureRequest) -> AsyncGenerator[CaptureEvent, None]:
        """What happens in a capture, as it happens; closing the generator ends the capture.

        The last event is the CaptureResult: a stream that ends without one raises PciAnswerLost.
        """
        silence = _PROMPT_SECONDS + max(request.first_digit_timeout + request.inter_digit_timeout, LONGEST_PAUSE)
        async with aclosing(self._told("/v1/captures", request, silence, CAPTURE_EVENT)) as events:
            async for event in events:
                yield event
                if isinstance(event, CaptureResult):
                    return

    async def hear(self, request: HearingRequest) -> AsyncGenerator[HearingEvent, None]:
        """What a caller says, as words of the request's list, as it is heard; closing the generator ends the hearing.

        The first event is the HearingStarted. The last one is the HearingEnded, if the hearing ends by itself: a
        stream that breaks off without one raises PciAnswerLost. PciRefused says in its code why nobody is heard.
        """
        async with aclosing(self._told("/v1/hearings", request, _HEARING_SECONDS, HEARING_EVENT)) as events:
            async for event in events:
                yield event
                if isinstance(event, HearingEnded):
                    return

    async def heard_languages(self) -> tuple[HeardLanguage, ...]:
        """What callers can be heard in."""
        return _read(HeardLanguages, await self._send("GET", "/v1/languages")).languages

    async def known_words(self, language: str, words: Iterable[str]) -> frozenset[str]:
        """Those of the words that can be heard in the language; PciRefused `language-not-heard`."""
        asked = WordsAsked(language=language, words=tuple(words))
        return frozenset(_read(WordsKnown, await self._send("POST", "/v1/words", body=asked)).known)

    async def _told(
        self, path: str, request: BaseModel, silence: float, events: TypeAdapter[_Event]
    ) -> AsyncGenerator[_Event, None]:
        timeout = aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=silence)
        try:
            response = await self._session.post(path, data=_json(request), headers=_JSON_BODY, timeout=timeout)
        except _NOT_SENT:
            raise PciUnreachable from None
        except _LOST:
            raise PciAnswerLost from None
        try:
            async for event in _events(response, events):
                yield event
        finally:
            response.close()

    async def steer(self, capture_id: str, command: CaptureCommand) -> None:
        """Have a capture pause, go on or end; PciRefused by NOT_FOUND if it has ended, TOO_LATE for a late pause."""
        await self._send("POST", f"/v1/captures/{capture_id}/{command}")

    async def ask_again(self, capture_id: str, field: CardField) -> None:
        """Have a field asked once more; PciRefused as by `steer`: TOO_LATE if all was keyed."""
        await self._send("POST", f"/v1/captures/{capture_id}/ask-again", body=AskAgain(field=field))

    async def _card(self, method: str, path: str, body: BaseModel | None = None) -> KeptCard | None:
        try:
            return _read(KeptCard, await self._send(method, path, body=body))
        except PciRefused as refusal:
            if refusal.code is ErrorCode.NOT_FOUND:
                return None
            raise

    async def _send(
        self, method: str, path: str, *, body: BaseModel | None = None, seconds: float = _ANSWER_SECONDS
    ) -> bytes:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)
        data, headers = (None, None) if body is None else (_json(body), _JSON_BODY)
        try:
            async with self._session.request(method, path, data=data, headers=headers, timeout=timeout) as response:
                text = await whole_body(response, _MOST_BYTES)
        except _NOT_SENT:
            raise PciUnreachable from None
        except _LOST:
            raise PciAnswerLost from None
        if response.status >= 300:
            raise _refusal(text)
        return text


async def _events(response: aiohttp.ClientResponse, events: TypeAdapter[_Event]) -> AsyncGenerator[_Event, None]:
    """The lines of a stream, which whoever reads them knows the last one of."""
    if response.status >= 300:
        try:
            text = await whole_body(response, _MOST_BYTES)
        except _LOST:
            raise PciAnswerLost from None
        raise _refusal(text)
    while True:
        try:
            line = await response.content.readline(max_line_length=_MOST_BYTES)
            event = events.validate_json(line)
        except _LOST:  # an empty last line is no event either: the stream broke off
            raise PciAnswerLost from None
        yield event


def _json(body: BaseModel) -> bytes:
    return body.model_dump_json(by_alias=True).encode()


def _read(answer: type[_Answer], text: bytes) -> _Answer:
    try:
        return answer.model_validate_json(text)
    except ValidationError:
        raise PciAnswerLost from None


def _refusal(text: bytes) -> PciRefused:
    return PciRefused(_read(Error, text).error)
