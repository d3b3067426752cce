"""The sections of ivr.toml about agents: `[agents]` and `[queues.NAME]`."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from ivr.agents.calling_hours import CallingHours
from ivr.limits import Limited
from ivr.setting_kinds import Section, problem

_SKILL: Final = r"^[a-z][a-z0-9_-]{0,31}$"
_PLACE: Final = re.compile(r"\{([a-z_]*)\}")
_LINKED: Final = frozenset({"account", "number", "call", "queue"})
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.@:{}+/-]{1,200}")


def _one_place(name: str, example: str) -> AfterValidator:
    def check(form: str) -> str:
        if not _ENDPOINT.fullmatch(form) or _PLACE.findall(form) != [name] or form.count("{") != 1:
            raise problem(f"is whom Asterisk calls, with {{{name}}} in it, as in {example}")
        return form

    return AfterValidator(check)


def _link(address: str) -> str:
    parts = urlsplit(address)
    names = set(_PLACE.findall(address))
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc:
        raise problem("must begin with https:// and the name of the server, as in https://crm.example.com/{account}")
    if not names <= _LINKED or address.count("{") != len(_PLACE.findall(address)):
        raise problem(f"may hold {', '.join(f'{{{name}}}' for name in sorted(_LINKED))} and no other braces")
    return address


Skills = frozenset[Annotated[str, Field(pattern=_SKILL)]]
Link = Annotated[str, AfterValidator(_link)]


class QueueSettings(Section):
    """Callers who wait for an agent: which skills one must have, who comes first, and how long anybody waits."""

    skills: Skills = frozenset()
    priority: int = Field(default=0, ge=-10, le=10, description="callers of a higher one come first")
    most_wait: float = Field(
        default=600.0, ge=10, le=7200, description="seconds until a caller is told that it is enough"
    )
    most_waiting: int = Field(default=50, ge=1, le=1000, description="how many may wait; others are told so at once")
    callback_tries: int = Field(
        default=3, ge=1, le=10, description="how often somebody is called back who is not reached"
    )
    callback_pause: float = Field(default=600.0, ge=60, le=86400, description="seconds between two of these tries")
    callback_within: float = Field(
        default=14400.0,
        ge=60,
        le=86400,
        description="seconds of the calling hours after which agents call nobody back, but a person does",
    )
    callback_hours: CallingHours = CallingHours()


class AlertSettings(Section):
    """When the wall says that something has to be seen to."""

    nobody_ready: float = Field(
        default=20.0, ge=0, le=3600, description="seconds that somebody waits while no agent of the queue is ready"
    )
    longest_wait: float = Field(default=120.0, ge=1, le=7200, description="seconds that anybody waits")
    declined_share: float = Field(default=0.5, gt=0, le=1, description="of the last payments, how many were declined")
    declined_of: int = Field(default=20, ge=3, le=50, description="how many payments are the last ones")
    unknown_after: float = Field(
        default=900.0, ge=60, le=86400, description="seconds after which a person sees to a payment without outcome"
    )


class AgentsSettings(Limited):
    """How agents' phones are called, what each is good at, and whom they may call."""

    endpoint: Annotated[str, _one_place("agent", "PJSIP/{agent}")] = "PJSIP/{agent}"
    trunk: Annotated[str, _one_place("number", "PJSIP/{number}@trunk")] | None = None
    prefixes: frozenset[Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")]] = frozenset()
    language: str = Field(default="en", pattern=r"^[a-z]{2}$", description="of what those hear whom agents call")
    skills: dict[str, Skills] = Field(default={})
    links: dict[Annotated[str, Field(min_length=1, max_length=40)], Link] = Field(default={})

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.trunk and not self.prefixes:
            raise problem('trunk needs prefixes: which numbers may be called, as in prefixes = ["+1", "+44"]')
        return self

    def may_call(self, number: str) -> bool:
        """Whether an international number is one of those that may be called."""
        return self.trunk is not None and number.startswith(tuple(self.prefixes))

    def filled_links(self, known: dict[str, str]) -> tuple[tuple[str, str], ...]:
        """The links whose places are all known, by name; what is put in is encoded and changes nothing around it."""
        return tuple(
            (name, _PLACE.sub(lambda place: quote(known[place[1]], safe=""), form))
            for name, form in self.links.items()
            if all(known.get(place) for place in _PLACE.findall(form))
        )
