"""A request as a handler sees it, and how its body is read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from ivr.agents.desk import AgentDesk
from ivr.agents.view import AgentView
from ivr.desktop.problems import BodyRefused, NothingHere, NotJson
from ivr.desktop.shapes import Given
from ivr.log import holds_card_number
from ivr.store.api_keys import ApiKey

T = TypeVar("T", bound=Given)
_AGENT: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks (None: nobody showed a key), for what in the path, with which body."""

    desk: AgentDesk
    by: ApiKey | None
    places: dict[str, str]
    given: Given

    def body(self, kind: type[T]) -> T:
        """The body, which the route says is of this kind."""
        assert isinstance(self.given, kind)  # noqa: S101 - it was read as this
        return self.given

    async def everybody(self) -> Sequence[AgentView]:
        """The agents whom the key acts for, and who are signed on."""
        async with aclosing(self.desk.everybody()) as walls:  # type: ignore[type-var]
            wall = await anext(walls)
        return [view for view in wall.agents if self._mine(view.agent)]

    async def agent(self) -> str:
        """The agent of the path; NothingHere if the key does not act for them."""
        name = self.places["agent"]
        if not self._mine(name) or not _AGENT.fullmatch(name) or holds_card_number(name):
            raise NothingHere
        return name

    async def now(self, agent: str) -> AgentView:
        """How an agent is."""
        async with aclosing(self.desk.watch(agent)) as views:  # type: ignore[type-var]
            return await anext(views)

    async def whose_call(self) -> AgentView:
        """The agent who has the call of the path; NothingHere if nobody whom the key acts for has it."""
        for view in await self.everybody():
            if view.call is not None and view.call.id == self.places["call"]:
                found = await self.now(view.agent)  # what everybody sees has no payments
                if found.call is not None and found.call.id == view.call.id:
                    return found
        raise NothingHere

    def _mine(self, agent: str) -> bool:
        return self.by is not None and self.by.agent in (None, agent)


def read_body(octets: bytes, kind: type[T]) -> T:
    """The object that a body holds; NotJson and BodyRefused, which names what is wrong and repeats nothing of it."""
    try:
        json.loads(octets, object_pairs_hook=_each_once)
        return kind.model_validate_json(octets)
    except ValidationError as error:
        wrong = [_sentence(detail["loc"], detail["type"], detail["msg"], kind) for detail in error.errors()]
        raise BodyRefused(" ".join(wrong[:5])) from None
    except (ValueError, RecursionError):
        raise NotJson from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyRefused("A key stands twice in the body.")
    return found


def _sentence(place: tuple[int | str, ...], error: str, said: str, kind: type[BaseModel]) -> str:
    if error == "json_invalid":
        raise NotJson
    if error == "extra_forbidden":  # the key is theirs, and could hold anything
        return f"There is a key that is not known here; known are: {', '.join(kind.model_fields) or 'none'}."
    return f"{'.'.join(map(str, place)) or 'The body'}: {said}."
