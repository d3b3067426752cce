"""The gate's table: each allowed operation with what is sent for it, and each reason to refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pci.gate.checks import Facts, Policy, Refused, Standing, WhereIs
from pci.gate.request import Request
from pci.gate.rules import ALLOWED, RULES, WIDENING, WIDENING_PARAMETERS, decide

POLICY = Policy(
    "ivr",
    re.compile("sound:/srv/sounds(?:/[a-z0-9-]+)+"),
    (re.compile(re.escape("PJSIP/agent-1")), re.compile(r"PJSIP/\+?[0-9*#]{1,32}@trunk")),
    frozenset({"agents"}),
    frozenset({"agent-1"}),
)
HERE, CAPTIVE = "1700000000.1", "1700000000.2"
SOUND = "sound:/srv/sounds/en/welcome"
FACTS = Facts(POLICY, {HERE})


def fields(**changed: object) -> list[dict[str, object]]:
    """What the secret of a phone is set with."""
    values: dict[str, object] = {"auth_type": "userpass", "username": "agent-1", "password": "s" * 43, **changed}
    return [{"attribute": name, "value": value} for name, value in values.items()]


SECRET_OF = "PUT asterisk/config/dynamic/res_pjsip/auth"

# a row of the table -> a request that it allows: the names in its path, and its parameters
GOOD: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "GET applications/{app}": (("ivr",), {}),
    "GET channels": ((), {}),
    "GET channels/{inside}": ((HERE,), {}),
    "POST channels/{own} endpoint,app": (("ivr-leg",), {"endpoint": "PJSIP/agent-1", "app": "ivr", "appArgs": "a,b"}),
    "POST channels/{own} endpoint,context,extension": (
        ("ivr-leg",),
        {"endpoint": "PJSIP/+48221112233@trunk", "context": "agents", "extension": "200", "timeout": 20},
    ),
    "DELETE channels/{ours}": ((HERE,), {"reason": "congestion"}),
    "POST channels/{inside}/answer": ((HERE,), {}),
    "POST channels/{inside}/ring": ((HERE,), {}),
    "DELETE channels/{inside}/ring": ((HERE,), {}),
    "POST channels/{held}/play/{own} media": ((HERE, "ivr-p"), {"media": [SOUND, SOUND]}),
    "GET playbacks/{own}": (("ivr-p",), {}),
    "DELETE playbacks/{own}": (("ivr-p",), {}),
    "GET bridges": ((), {}),
    "GET bridges/{own}": (("ivr-b",), {}),
    "POST bridges/{own} type": (("ivr-b",), {"type": "mixing,proxy_media", "name": "an agent"}),
    "DELETE bridges/{own}": (("ivr-b",), {}),
    "POST bridges/{own}/addChannel channel": (("ivr-b",), {"channel": HERE, "absorbDTMF": True, "mute": False}),
    "POST bridges/{own}/removeChannel channel": (("ivr-b",), {"channel": HERE}),
    "POST bridges/{own}/play/{own} media": (("ivr-b", "ivr-p"), {"media": [SOUND]}),
    "POST bridges/{own}/record name,format": (("ivr-b",), {"name": "ivr-rec-ivr-b", "format": "wav"}),
    "GET recordings/live/{recording}": (("ivr-rec-ivr-b",), {}),
    "POST recordings/live/{recording}/stop": (("ivr-rec-ivr-b",), {}),
    "DELETE recordings/live/{recording}": (("ivr-rec-ivr-b",), {}),
    "PUT asterisk/config/dynamic/res_pjsip/auth/{phone} fields": (("agent-1",), {"fields": fields()}),
    "DELETE asterisk/config/dynamic/res_pjsip/auth/{phone}": (("agent-1",), {}),
}
ROWS = {" ".join([row.method, row.path, ",".join(row.needs)]).strip(): row for row in ALLOWED}


def asked(operation: str, /, **parameters: object) -> Request:
    """A request written as `METHOD a/b/c`."""
    method, _, path = operation.partition(" ")
    return Request(method, tuple(path.split("/")), parameters)


def good(row: str) -> Request:
    names, parameters = GOOD[row]
    method, path = row.split(" ")[:2]
    filled = iter(names)
    return asked(f"{method} {re.sub('{.*?}', lambda _: next(filled), path)}", **parameters)


def rule_against(request: Request, facts: Facts = FACTS) -> str:
    with pytest.raises(Refused) as refused:
        decide(request, facts)
    return refused.value.rule


def test_given_the_table_then_every_row_has_an_example_here() -> None:
    assert GOOD.keys() == ROWS.keys()


@pytest.mark.parametrize("row", GOOD)
def test_given_an_allowed_request_then_it_is_sent_as_it_was_meant(row: str) -> None:
    request = good(row)
    sent = decide(request, FACTS)
    assert (sent.method, sent.parts, sent.parameters) == (request.method, request.parts, request.parameters)


@pytest.mark.parametrize("row", GOOD)
def test_given_an_allowed_request_with_one_parameter_more_then_it_is_refused(row: str) -> None:
    request = good(row)
    assert rule_against(Request(request.method, request.parts, {**request.parameters, "new": "1"})) == "parameter"


@pytest.mark.parametrize("row", [row for row, (_, parameters) in GOOD.items() if ROWS[row].needs])
def test_given_an_allowed_request_without_what_it_needs_then_it_is_refused(row: str) -> None:
    request = good(row)
    for name in ROWS[row].needs:
        less = {key: value for key, value in request.parameters.items() if key != name}
        assert rule_against(Request(request.method, request.parts, less)) in ("parameter", "originate")


@pytest.mark.parametrize("row", [row for row in GOOD if "{own}" in row or "{recording}" in row])
def test_given_a_thing_without_the_call_sides_name_then_it_is_refused(row: str) -> None:
    request = good(row)
    for strange in ("pci-x", "ivr", "ivr-", "ivr-a.b", f"ivr-{'x' * 65}", HERE):
        parts = tuple(strange if part.startswith("ivr-") else part for part in request.parts)
        assert rule_against(Request(request.method, parts, request.parameters)) in ("name", "record")


@pytest.mark.parametrize("row", [row for row in GOOD if HERE in (*GOOD[row][0], *GOOD[row][1].values())])
def test_given_a_channel_that_is_not_inside_then_it_is_asked_where_it_is_and_a_captured_one_is_refused(
    row: str,
) -> None:
    there = good(row)
    parts = tuple(CAPTIVE if part == HERE else part for part in there.parts)
    parameters = {name: CAPTIVE if value == HERE else value for name, value in there.parameters.items()}
    request = Request(there.method, parts, parameters)
    with pytest.raises(WhereIs) as question:
        decide(request, FACTS)
    assert question.value.channel == CAPTIVE
    may_part = "{held}" in row or "{ours}" in row
    assert rule_against(request, Facts(POLICY, {HERE}, Standing.CAPTURED)) == ("away" if may_part else "capture")
    assert rule_against(request, Facts(POLICY, {HERE}, Standing.ABSENT)) == "gone"
    orphan = Facts(POLICY, {HERE}, Standing.ORPHANED)
    if may_part:
        assert decide(request, orphan).parts == parts
    else:
        assert rule_against(request, orphan) == "capture"


def test_given_a_leg_that_is_being_called_then_it_may_be_hung_up_on_but_not_if_it_was_captured() -> None:
    request = asked("DELETE channels/ivr-leg")
    assert decide(request, Facts(POLICY, set(), Standing.ABSENT)).parts == ("channels", "ivr-leg")
    assert rule_against(request, Facts(POLICY, set(), Standing.CAPTURED)) == "away"
    assert rule_against(asked("GET channels/ivr-leg"), Facts(POLICY, set(), Standing.ABSENT)) == "gone"


@pytest.mark.parametrize(("path", "rule"), WIDENING.items())
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_given_a_widening_operation_then_the_refusal_names_the_rule_and_is_an_alarm(
    method: str, path: str, rule: str
) -> None:
    concrete = path.replace("*", HERE)
    for below in (concrete, f"{concrete}/more"):
        assert rule_against(asked(f"{method} {below}")) == rule
    assert RULES[rule].alarm


@pytest.mark.parametrize(("name", "rule"), WIDENING_PARAMETERS.items())
def test_given_a_widening_parameter_then_the_refusal_names_the_rule_and_is_an_alarm(name: str, rule: str) -> None:
    assert rule_against(asked(f"POST channels/{HERE}/answer", **{name: "1"})) == rule
    assert RULES[rule].alarm


@pytest.mark.parametrize(
    ("operation", "parameters", "rule"),
    [
        ("GET nothing", {}, "not-in-table"),
        ("PUT channels", {}, "not-in-table"),
        ("POST playbacks/ivr-p/control", {"operation": "pause"}, "not-in-table"),
        ("POST channels/create", {"endpoint": "PJSIP/agent-1", "app": "ivr"}, "originate"),
        ("POST channels", {"endpoint": "PJSIP/agent-1", "app": "ivr"}, "not-in-table"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-2", "app": "ivr"}, "originate"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1&PJSIP/x", "app": "ivr"}, "originate"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/x@evil@trunk", "app": "ivr"}, "originate"),
        ("POST channels/ivr-x", {"endpoint": "Local/1000@incoming", "app": "ivr"}, "originate"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1", "app": "pci"}, "application"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1", "app": "ivr", "variables": {"A": "${X}"}}, "variables"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1", "app": "ivr", "appArgs": "${X}"}, "value"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1", "app": "ivr", "timeout": -1}, "value"),
        ("POST channels/ivr-x", {"endpoint": "PJSIP/agent-1", "context": "incoming", "extension": "1"}, "originate"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": "sound:/srv/sounds/en/welcome"}, "media"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": []}, "media"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": [SOUND] * 129}, "media"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": [SOUND, "digits:4111"]}, "media"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": ["sound:/srv/sounds/../../etc/passwd"]}, "media"),
        (f"POST channels/{HERE}/play/ivr-p", {"media": [SOUND], "lang": "en"}, "parameter"),
        (f"DELETE channels/{HERE}", {"reason_code": "16"}, "parameter"),
        (f"DELETE channels/{HERE}", {"reason": "tired"}, "value"),
        ("POST bridges/ivr-b", {"type": "mixing"}, "value"),
        ("POST bridges/ivr-b", {"type": "mixing,dtmf_events"}, "value"),
        ("POST bridges/ivr-b", {"type": "holding", "name": "a\nb"}, "value"),
        ("POST bridges/ivr-b/addChannel", {"channel": f"{HERE},{CAPTIVE}", "mute": "maybe"}, "capture"),
        ("POST bridges/ivr-b/addChannel", {"channel": [HERE]}, "value"),
        ("POST bridges/ivr-b/addChannel", {"channel": HERE, "mute": "maybe"}, "value"),
        ("POST bridges/ivr-b/addChannel", {"channel": HERE, "role": "announcer"}, "parameter"),
        ("POST bridges/ivr-b/record", {"name": "ivr-rec-ivr-other", "format": "wav"}, "record"),
        ("POST bridges/ivr-rec-ivr-b/record", {"name": "ivr-rec-ivr-b", "format": "wav"}, "record"),
        ("POST bridges/ivr-b/record", {"name": "mine", "format": "wav"}, "record"),
        ("POST bridges/ivr-b/record", {"name": "ivr-rec-ivr-b", "format": "wav", "ifExists": "append"}, "parameter"),
        ("POST recordings/live/ivr-rec-ivr-b/pause", {}, "record"),
        ("DELETE recordings/live/ivr-rec-ivr-b/pause", {}, "record"),
        ("DELETE recordings/live/ivr-rec-ivr-b/mute", {}, "record"),
        ("GET recordings/stored", {}, "record"),
        (f"{SECRET_OF}/carrier", {"fields": fields(username="carrier")}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": fields(password="1234")}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": fields(username="carrier")}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": fields(auth_type="md5")}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": fields(md5_cred="x")}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": list(reversed(fields()))}, "phone"),
        (f"{SECRET_OF}/agent-1", {"fields": "password"}, "phone"),
        ("PUT asterisk/config/dynamic/res_pjsip/endpoint/agent-1", {"fields": fields()}, "asterisk"),
        ("GET asterisk/config/dynamic/res_pjsip/auth/agent-1", {}, "asterisk"),
        ("DELETE asterisk/config/dynamic/res_pjsip/auth/carrier", {}, "phone"),
    ],
)
def test_given_a_request_beside_the_table_then_it_is_refused_by_its_rule(
    operation: str, parameters: dict[str, object], rule: str
) -> None:
    assert rule_against(asked(operation, **parameters), Facts(POLICY, {HERE}, Standing.CAPTURED)) == rule


def test_given_any_other_media_than_the_projects_then_it_is_refused() -> None:
    for media in ("recording:x", "number:4111", "digits:4111", "characters:abc", "tone:busy", "sound:beep", "", 7):
        assert rule_against(asked(f"POST channels/{HERE}/play/ivr-p", media=[media])) == "media"


def test_given_the_words_for_yes_and_no_then_they_are_sent_as_such() -> None:
    sent = decide(asked("POST bridges/ivr-b/addChannel", channel=HERE, mute="true", absorbDTMF="false"), FACTS)
    assert sent.parameters == {"channel": HERE, "mute": True, "absorbDTMF": False}


def test_given_the_table_then_no_request_could_be_meant_by_two_rows_at_once() -> None:
    same = [(a, b) for a in ALLOWED for b in ALLOWED if a is not b and (a.method, a.path) == (b.method, b.path)]
    assert all(set(a.needs) - set(b.needs) and set(b.needs) - set(a.needs) for a, b in same)


def test_given_a_repr_then_it_shows_no_value() -> None:
    request = asked(f"POST channels/{HERE}/play/ivr-p", media=[SOUND])
    assert "sounds" not in repr(request)
    assert "sounds" not in repr(decide(request, FACTS))


HEADER = "PJSIP_HEADER(add,X-Tonewall-Status)"


def with_variables(variables: object) -> Request:
    """A call to somebody who may be called, with these channel variables."""
    return asked("POST channels/ivr-x", endpoint="PJSIP/agent-1", app="ivr", variables=variables)


def test_given_what_another_pbx_is_told_of_a_payment_then_it_goes_as_headers() -> None:
    told = {HEADER: "approved", "PJSIP_HEADER(add,X-Tonewall-Receipt)": "cAb_-9.1"}
    assert decide(with_variables(told), FACTS).parameters["variables"] == told


@pytest.mark.parametrize(
    "variables",
    [
        {},
        [],
        "X=1",
        {HEADER: ""},
        {HEADER: 1},
        {HEADER: None},
        {HEADER: "x" * 81},
        *({HEADER: value} for value in ("${SHELL(id)}", "$[1]", "a b", "a,b", "a\r\nX: 1", "a;b", '"a"', "ü")),
        *(
            {name: "x"}
            for name in (
                "STATUS",
                "SHELL(id)",
                "PJSIP_HEADER(add,X-Other)",
                "PJSIP_HEADER(add,From)",
                "PJSIP_HEADER(update,X-Tonewall-Status)",
                "PJSIP_HEADER(add,X-Tonewall-Status)\n",
                "_PJSIP_HEADER(add,X-Tonewall-Status)",
                "PJSIP_HEADER(add,X-Tonewall-${X})",
                "CHANNEL(hangup_handler_push)",
            )
        ),
        {HEADER: "approved", "A": "1"},
        {f"PJSIP_HEADER(add,X-Tonewall-{letter}a)": "1" for letter in "ABCDEFGHI"},
    ],
)
def test_given_any_other_channel_variable_then_it_is_refused_with_an_alarm(variables: object) -> None:
    assert rule_against(with_variables(variables)) == "variables"
    assert RULES["variables"].alarm
