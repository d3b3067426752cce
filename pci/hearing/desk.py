"""Hearings that the call side asks for: who may be heard, and what it is told, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from asterisk_ari import AriApp, AriError
from asterisk_ari import NotFound as NoSuchThing
from pci.audit import Audit, Kind
from pci.contract import (
    HeardLanguage,
    HeardLanguages,
    HearingEnd,
    HearingEnded,
    HearingRequest,
    HearingStarted,
    SpeechHeard,
    SpokenWords,
    WordsAsked,
    WordsKnown,
)
from pci.errors import (
    ChannelNotFound,
    HearingInProgress,
    LanguageNotHeard,
    NotReady,
    Refused,
    SessionInProgress,
    TooManyHearings,
    WordNotHeard,
)
from pci.hearing.discretion import Discretion
from pci.hearing.ear import NoEar
from pci.hearing.ears import AlreadyHeard, Ears, Hearing
from speech import SHIPPED, Grammar, Heard, Model, ModelMissing, TooManyListeners, WordUnknown

_LONGEST_SECONDS: Final = 300.0
_UNREAD_SECONDS: Final = 5.0
_REFUSALS: Final[dict[type[Exception], type[Refused]]] = {
    AlreadyHeard: HearingInProgress,
    ModelMissing: LanguageNotHeard,
    NoEar: ChannelNotFound,
    TooManyListeners: TooManyHearings,
    WordUnknown: WordNotHeard,
}


class HearingDesk:
    """Admits hearings, with these `models`.

    `captured` tells whether a caller is in a capture: then nothing that they say is told.
    """

    def __init__(
        self,
        app: AriApp,
        ears: Ears,
        audit: Audit,
        captured: Callable[[str], bool],
        models: tuple[Model, ...] = (),
    ) -> None:
        self._app = app
        self._ears = ears
        self._models = models
        self._audit = audit
        self._captured = captured
        self._lately: dict[str, Discretion] = {}
        """Those of callers who may be going on with what they said in their last hearing."""

    def languages(self) -> HeardLanguages:
        """What callers can be heard in."""
        return HeardLanguages(
            languages=tuple(
                HeardLanguage(
                    language=model.language,
                    model=model.folder.name,
                    shipped=model.folder == SHIPPED.get(model.language),
                )
                for model in self._models
            )
        )

    def known(self, asked: WordsAsked) -> WordsKnown:
        """Which words can be heard; `LanguageNotHeard`."""
        try:
            return WordsKnown(known=tuple(sorted(self._ears.known(asked.words, asked.language))))
        except ModelMissing:
            raise LanguageNotHeard from None

    async def stream(self, request: web.Request, wanted: HearingRequest) -> web.StreamResponse:
        """Tell what is heard until the client closes the connection, or the hearing ends. Raises one of `Refused`."""
        resource = f"channel:{wanted.channel_id} call:{wanted.call_id}"
        async with self._admitted(wanted) as hearing:
            if await self._audit.record(Kind.HEARING_BEGAN, resource=resource):
                discretion = Discretion(wanted.language, self._lately.get(wanted.channel_id))
                try:
                    return await _tell(request, hearing, discretion)
                finally:
                    self._keep(wanted.channel_id, discretion)
                    detail = str(hearing.end or HearingEnd.STOPPED)
                    await self._audit.record(Kind.HEARING_ENDED, resource=resource, detail=detail)
        raise NotReady  # out here, for what is raised in there comes in a group

    def _keep(self, channel_id: str, discretion: Discretion) -> None:
        self._lately = {channel: one for channel, one in self._lately.items() if one.matters}
        self._lately[channel_id] = discretion

    @asynccontextmanager
    async def _admitted(self, wanted: HearingRequest) -> AsyncIterator[Hearing]:
        if not (self._app.connected and self._audit.writable):
            raise NotReady
        if wanted.channel_id.startswith(f"{self._app.name}-"):
            raise ChannelNotFound  # a channel of our own, such as an ear on somebody who says their card
        try:
            await self._app.asterisk.channel(wanted.channel_id)
        except NoSuchThing:
            raise ChannelNotFound from None
        except AriError:
            raise NotReady from None
        if self._captured(wanted.channel_id):  # nothing may be waited for between this and the next line
            raise SessionInProgress
        try:
            # a word that the model does not know is not heard; that is no reason to hear none of the others
            grammar = Grammar(self._ears.known(wanted.words, wanted.language), wanted.language)
            async with self._ears.hear(self._app, wanted.channel_id, grammar) as hearing:
                yield hearing
        except (AlreadyHeard, ModelMissing, NoEar, TooManyListeners, WordUnknown) as error:
            raise _REFUSALS[type(error)] from None


async def _tell(request: web.Request, hearing: Hearing, discretion: Discretion) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})

    async def write(event: BaseModel) -> None:
        async with asyncio.timeout(_UNREAD_SECONDS):
            await stream.write(event.model_dump_json().encode() + b"\n")

    try:
        await stream.prepare(request)
        await write(HearingStarted())
        longest = asyncio.timeout(_LONGEST_SECONDS)
        try:
            async with longest:
                while (heard := await hearing.next()) is not None:
                    told = discretion.of(heard)
                    if discretion.card_said:
                        hearing.stop(HearingEnd.CARD_SAID)
                        hearing.forget()
                    await write(_told(told))
        except TimeoutError:
            if not longest.expired():
                raise
            hearing.stop(HearingEnd.TOO_LONG)
        await write(HearingEnded(reason=hearing.end or HearingEnd.STOPPED))
    except (OSError, RuntimeError):  # the connection is lost, or nobody reads (TimeoutError)
        hearing.stop(HearingEnd.STOPPED)
    return stream


def _told(heard: Heard) -> SpeechHeard:
    alternatives = tuple(
        SpokenWords(words=one.words, score=one.score, faint=tuple(sorted(one.faint))) for one in heard.alternatives
    )
    return SpeechHeard(alternatives=alternatives, final=heard.final)
