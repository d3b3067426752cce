"""What the call side may ask of Asterisk. Whatever is not in `ALLOWED` is refused.

`decide` is a pure function: from a request and what is known of channels to what is sent to Asterisk, or a refusal.
What is sent is built from checked values alone.

In a path of the table `{…}` stands for one name and says what must be true of it:

    {app}        the call side's own Stasis application
    {inside}     a channel that is in that application now
    {held}       the same; or one that the card side left behind when it went down
    {ours}       the same; or one that the call side is calling, which bears its name
    {own}        a thing that bears the call side's name: `ivr-…`
    {recording}  the recording of a bridge that bears its name: `ivr-rec-ivr-…`
    {phone}      a phone in an agent's page, of those in gate.toml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from pci.gate.checks import (
    KINDS,
    Check,
    Facts,
    Refused,
    flag,
    inside,
    listed_context,
    listed_endpoint,
    matching,
    media,
    number,
    own_app,
    recording,
    result_headers,
    secret,
)
from pci.gate.request import Request


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a request is refused. `alarm`: it would widen what the call side reaches; no honest one sends it."""

    why: str
    alarm: bool = False
    status: int = 403


RULES: Final = {
    "malformed": Rule("the frame is not a request that can be read in one way only", status=400),
    "too-many": Rule("too many requests in flight or in one second: send fewer", status=429),
    "asterisk-silent": Rule("Asterisk did not answer", status=503),
    "gone": Rule("there is no such channel in the call side's application", status=404),
    "not-in-table": Rule("the gate's table has no such operation"),
    "parameter": Rule("the operation has no such parameter in the gate's table, or needs one that is missing"),
    "value": Rule("a parameter has a value that the gate's table does not allow"),
    "name": Rule("the name of a thing that the call side makes or uses must begin with its application's name"),
    "capture": Rule("the card side has this channel", alarm=True),
    "away": Rule("the card side has this channel, and lives: it gives the caller back or ends the call itself"),
    "application": Rule("applications, their subscriptions and their event filters are the card side's", alarm=True),
    "asterisk": Rule("Asterisk's own modules, settings and variables are the operator's", alarm=True),
    "subscribe": Rule("nothing may be subscribed to: the gate tells of the call side's own channels", alarm=True),
    "snoop": Rule("nobody may listen in on a channel", alarm=True),
    "external-media": Rule("the audio of a call may not be sent elsewhere", alarm=True),
    "record": Rule("only a bridge is recorded, under its own name, where the card side can pause it", alarm=True),
    "variables": Rule("channel variables may run functions of Asterisk", alarm=True),
    "move": Rule("only the card side moves a channel to another application or to the dialplan", alarm=True),
    "originate": Rule("the endpoint or context is not in gate.toml's list", alarm=True),
    "phone": Rule("only the secrets of the phones in gate.toml are set, and none that could be guessed", alarm=True),
    "media": Rule(
        "only recordings of the project's sounds folder are played, and none that asks for a card", alarm=True
    ),
    "http": Rule(
        "this socket takes the WebSocket of the call side's own application, those of phones, and nothing else",
        alarm=True,
    ),
    "user": Rule("this user may not use the gate: add its uid to allowed_uids in gate.toml", alarm=True),
}


def why(rule: str) -> str:
    """What the call side is answered."""
    return f"gate: {rule}: {RULES[rule].why}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is sent to Asterisk. `sees` names what of the answer is shown: see `answers.py`."""

    method: str
    parts: tuple[str, ...]
    parameters: Mapping[str, object] = field(repr=False)
    sees: str


@dataclass(frozen=True, slots=True)
class Row:
    """One allowed operation. Parameters in `needs` must be given, those in `takes` may be, and no others."""

    method: str
    path: str
    needs: Mapping[str, Check] = field(default_factory=dict)
    takes: Mapping[str, Check] = field(default_factory=dict)
    sees: str = "all"

    @property
    def shape(self) -> tuple[str, int]:
        """The method, and how many parts the path has."""
        return self.method, len(self.path.split("/"))

    def names(self, parts: tuple[str, ...]) -> Iterator[list[tuple[Check, str]]]:
        """The names in a path as long as this one, with what they must be; nothing if it is of another operation."""
        pairs = list(zip(self.path.split("/"), parts, strict=True))
        if all(word[0] == "{" or word == part for word, part in pairs):
            yield [(KINDS[word[1:-1]], part) for word, part in pairs if word[0] == "{"]


reason = matching("normal|busy|congestion|no_answer|timeout|rejected|unallocated|normal_unspecified")
kind = matching("mixing,proxy_media|holding")
title = matching("[A-Za-z0-9 _-]{0,64}")
arguments = matching("[A-Za-z0-9._@+-]{1,128}(,[A-Za-z0-9._@+-]{1,128}){0,15}|")
caller = matching("[A-Za-z0-9 .<>+-]{0,80}")
seconds = number(1, 24 * 3600)
extension = matching("[A-Za-z0-9+*#_-]{1,64}")
sound_format = matching("wav|ulaw|alaw|gsm|sln")

ALLOWED: Final = (
    Row("GET", "applications/{app}", sees="own application"),
    Row("GET", "channels", sees="own channels"),
    Row("GET", "channels/{inside}"),
    Row("POST", "channels/{own}",
        needs={"endpoint": listed_endpoint, "app": own_app},
        takes={"appArgs": arguments, "callerId": caller, "timeout": seconds, "variables": result_headers}),
    Row("POST", "channels/{own}",
        needs={"endpoint": listed_endpoint, "context": listed_context, "extension": extension},
        takes={"callerId": caller, "timeout": seconds}),
    Row("DELETE", "channels/{ours}", takes={"reason": reason}),
    Row("POST", "channels/{inside}/answer"),
    Row("POST", "channels/{inside}/ring"),
    Row("DELETE", "channels/{inside}/ring"),
    Row("POST", "channels/{held}/play/{own}", needs={"media": media}),
    Row("GET", "playbacks/{own}"),
    Row("DELETE", "playbacks/{own}"),
    Row("GET", "bridges", sees="own bridges"),
    Row("GET", "bridges/{own}"),
    Row("POST", "bridges/{own}", needs={"type": kind}, takes={"name": title}),
    Row("DELETE", "bridges/{own}"),
    Row("POST", "bridges/{own}/addChannel", needs={"channel": inside}, takes={"absorbDTMF": flag, "mute": flag}),
    Row("POST", "bridges/{own}/removeChannel", needs={"channel": inside}),
    Row("POST", "bridges/{own}/play/{own}", needs={"media": media}),
    Row("POST", "bridges/{own}/record",
        needs={"name": recording, "format": sound_format}, takes={"maxDurationSeconds": seconds}),
    Row("GET", "recordings/live/{recording}"),
    Row("POST", "recordings/live/{recording}/stop"),
    Row("DELETE", "recordings/live/{recording}"),
    Row("PUT", "asterisk/config/dynamic/res_pjsip/auth/{phone}", needs={"fields": secret}, sees="nothing"),
    Row("DELETE", "asterisk/config/dynamic/res_pjsip/auth/{phone}"),
)  # fmt: skip
_BY_SHAPE: Final = {one.shape: tuple(row for row in ALLOWED if row.shape == one.shape) for one in ALLOWED}

# refused by the table above in any case: these get a rule of their own, and an alarm. `*` is any one part
WIDENING: Final = {
    "asterisk": "asterisk",
    "applications": "application",
    "events": "subscribe",
    "deviceStates": "subscribe",
    "endpoints": "subscribe",
    "mailboxes": "subscribe",
    "recordings": "record",
    "sounds": "media",
    "channels/externalMedia": "external-media",
    "channels/create": "originate",
    "channels/*/snoop": "snoop",
    "channels/*/record": "record",
    "channels/*/variable": "variables",
    "channels/*/move": "move",
    "channels/*/continue": "move",
    "channels/*/redirect": "move",
    "channels/*/dial": "originate",
}
WIDENING_PARAMETERS: Final = {
    "subscribeAll": "subscribe",
    "eventSource": "subscribe",
    "allowed": "subscribe",
    "disallowed": "subscribe",
    "app": "application",
    "variables": "variables",
    "variable": "variables",
    "context": "originate",
    "extension": "originate",
    "otherChannelId": "originate",
    "originator": "originate",
    "spy": "snoop",
    "whisper": "snoop",
    "external_host": "external-media",
}


def decide(request: Request, facts: Facts) -> Allowed:
    """What is sent to Asterisk for `request`. Raises `Refused`, or `WhereIs` if where a channel is decides it."""
    if rule := WIDENING.get("/".join(request.parts)):  # the rows of {names} would match two of these
        raise Refused(rule)
    alike = _BY_SHAPE.get((request.method, len(request.parts)), ())
    rows = [(row, names) for row in alike for names in row.names(request.parts)]
    if not rows:
        raise Refused(_rule_against(request.parts))
    given = request.parameters.keys()
    row, named = next((found for found in rows if found[0].needs.keys() <= given), rows[0])
    checks = {**row.needs, **row.takes}
    for name in sorted(given - checks.keys()):
        raise Refused(WIDENING_PARAMETERS.get(name, "parameter"))
    if not row.needs.keys() <= given:
        raise Refused("parameter")
    for check, name in named:
        check(name, facts)
    names = tuple(name for _, name in named)
    facts = replace(facts, names=names)
    sent = {name: checks[name](value, facts) for name, value in request.parameters.items()}
    return Allowed(row.method, _path(row, names), sent, row.sees)


def _path(row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    left = iter(names)
    return tuple(next(left) if word[0] == "{" else word for word in row.path.split("/"))


def _rule_against(parts: tuple[str, ...]) -> str:
    """The rule that names why a path is not in the table."""
    first, last = parts[0], parts[2] if len(parts) > 2 else ""
    for path in (f"{first}/*/{last}", "/".join(parts[:2]), first):
        if rule := WIDENING.get(path):
            return rule
    return "not-in-table"
