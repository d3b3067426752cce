"""What a name or a value in a request must be: each check gives the value that is sent to Asterisk, or refuses.

They rest on `Facts` alone and do no I/O. Where a channel is that is not inside has to be found out by the caller:
`WhereIs` asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

_REST: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_HEADER: Final = re.compile(r"PJSIP_HEADER\(add,X-Tonewall-[A-Z][A-Za-z0-9]{1,15}\)")
_HEADER_VALUE: Final = re.compile(r"[A-Za-z0-9._-]{1,80}")
_MOST_HEADERS: Final = 8
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32,64}")


def owns(app: str, name: object) -> bool:
    """Whether a thing bears the name of an application."""
    return isinstance(name, str) and name.startswith(f"{app}-") and bool(_REST.fullmatch(name, len(app) + 1))


class Refused(Exception):
    """The request is refused; `rule` is a key of `pci.gate.rules.RULES`."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class WhereIs(Exception):
    """It has to be found out first where a channel is: `Facts.standing`."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel


class Standing(Enum):
    """Where a channel is that is not in the call side's application."""

    CAPTURED = "the card side has it"
    ORPHANED = "the card side had it when it went down"
    ABSENT = "neither"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows, beside the call side's `app`: see gate.toml."""

    app: str
    recordings: re.Pattern[str]
    endpoints: tuple[re.Pattern[str], ...] = ()
    contexts: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on. `standing` is of the one channel that a request may name, once it was asked for."""

    policy: Policy
    inside: Container[str]
    standing: Standing | None = None
    names: tuple[str, ...] = ()
    """Those in the path of the request."""

    def owns(self, name: object) -> bool:
        """Whether a thing bears the call side's name."""
        return owns(self.policy.app, name)


Check = Callable[[object, Facts], object]


def matching(pattern: str) -> Check:
    """A text of this form."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object, _: Facts) -> object:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise Refused("value")
        return value

    return check


def flag(value: object, _: Facts) -> object:
    """Yes or no."""
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise Refused("value")
    return value


def number(lowest: int, highest: int) -> Check:
    """A whole number in these bounds, as a number or in digits."""

    def check(value: object, _: Facts) -> object:
        if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
            value = int(value)
        if type(value) is not int or not lowest <= value <= highest:
            raise Refused("value")
        return value

    return check


def media(value: object, facts: Facts) -> object:
    """Up to 128 recordings of the project."""
    if not isinstance(value, list) or not 0 < len(value) <= 128:
        raise Refused("media")
    if not all(isinstance(item, str) and facts.policy.recordings.fullmatch(item) for item in value):
        raise Refused("media")
    return value


def own_app(value: object, facts: Facts) -> object:
    """The call side's application."""
    if value != facts.policy.app:
        raise Refused("application")
    return value


def listed_endpoint(value: object, facts: Facts) -> object:
    """Whom the operator allows to call."""
    if not isinstance(value, str) or not any(form.fullmatch(value) for form in facts.policy.endpoints):
        raise Refused("originate")
    return value


def listed_context(value: object, facts: Facts) -> object:
    """A part of the dialplan that the operator allows."""
    if not isinstance(value, str) or value not in facts.policy.contexts:
        raise Refused("originate")
    return value


def result_headers(value: object, _: Facts) -> object:
    """What another PBX is told of a payment with the call that it gets back: these headers, of harmless signs."""
    match value:
        case dict() if 0 < len(value) <= _MOST_HEADERS and all(_is_header(*pair) for pair in value.items()):
            return value
    raise Refused("variables")


def _is_header(name: object, value: object) -> bool:
    """Whether a variable is a header of ours. No sign of a value means anything to Asterisk's dialplan."""
    named = isinstance(name, str) and _HEADER.fullmatch(name)
    return bool(named and isinstance(value, str) and _HEADER_VALUE.fullmatch(value))


def inside(value: object, facts: Facts) -> object:
    """A channel in the call side's application."""
    return _channel(value, facts, ())


def held(value: object, facts: Facts) -> object:
    """The same, or one that the card side left behind."""
    return _channel(value, facts, (Standing.ORPHANED,))


def ours(value: object, facts: Facts) -> object:
    """The same, or one that the call side is calling."""
    return _channel(value, facts, (Standing.ORPHANED, Standing.ABSENT) if facts.owns(value) else (Standing.ORPHANED,))


def _channel(value: object, facts: Facts, also: tuple[Standing, ...]) -> object:
    if not isinstance(value, str):
        raise Refused("value")
    if value in facts.inside or facts.standing in also:
        return value
    if facts.standing is None:
        raise WhereIs(value)
    if facts.standing is Standing.ABSENT:
        raise Refused("gone")
    raise Refused("away" if Standing.ORPHANED in also else "capture")


def own(value: object, facts: Facts) -> object:
    """A thing that bears the call side's name."""
    if not facts.owns(value):
        raise Refused("name")
    return value


def recording(value: object, facts: Facts) -> object:
    """The recording of a bridge of the call side: of this one, if the path names one."""
    of = str(value).removeprefix(f"{facts.policy.app}-rec-")
    if of == value or not facts.owns(of) or (facts.names and facts.names[0] != of):
        raise Refused("record")
    return value


def phone(value: object, facts: Facts) -> object:
    """A phone in an agent's page."""
    if value not in facts.policy.phones:
        raise Refused("phone")
    return value


def secret(value: object, facts: Facts) -> object:
    """What a phone is given to register with: its own name, and a secret that cannot be guessed."""
    named = [("auth_type", "userpass"), ("username", facts.names[0])]
    match value:
        case [*others, {"attribute": "password", "value": str() as password}] if others == [
            {"attribute": name, "value": text} for name, text in named
        ] and _SECRET.fullmatch(password):
            return value
    raise Refused("phone")


KINDS: Final[Mapping[str, Check]] = {
    "app": own_app,
    "inside": inside,
    "held": held,
    "ours": ours,
    "own": own,
    "recording": recording,
    "phone": phone,
}
