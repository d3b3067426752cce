"""A frame of the call side: read in one way only, or not at all; and never an answer but a decision."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.gate.checks import Facts, Policy, Refused, Standing
from pci.gate.request import read
from pci.gate.rules import RULES, decide

FACTS = Facts(Policy("ivr", re.compile("sound:/s/[a-z]+")), {"1.0"}, Standing.CAPTURED)
BODY = {"content_type": "application/json"}


def frame(uri: object = "channels/1.0/answer", method: object = "POST", **more: object) -> str:
    return json.dumps({"type": "RESTRequest", "request_id": "r1", "method": method, "uri": uri, **more})


def test_given_a_request_then_its_parts_and_parameters_are_read_and_it_can_be_answered() -> None:
    query = [{"name": "a", "value": "1"}]
    envelope, request = read(frame(query_strings=query, message_body='{"b": [2]}', transaction_id="t", **BODY))
    assert request is not None
    assert (request.method, request.parts) == ("POST", ("channels", "1.0", "answer"))
    assert request.parameters == {"a": "1", "b": [2]}
    assert json.loads(envelope.sealed(204)) == {
        "type": "RESTResponse",
        "transaction_id": "t",
        "request_id": "r1",
        "status_code": 204,
        "reason_phrase": "No Content",
        "uri": "channels/1.0/answer",
    }


def test_given_a_leg_of_a_local_channel_then_its_name_is_read() -> None:
    _, request = read(frame("channels/a-1%3B2/answer"))
    assert request is not None
    assert request.parts == ("channels", "a-1;2", "answer")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "{} {}",
        '{"a": NaN}',
        "[" * 100_000,
        frame()[:-1] + ', "method": "GET"}',
        frame(uri="/channels"),
        frame(uri="channels/"),
        frame(uri="channels//1.0"),
        frame(uri="channels/../asterisk"),
        frame(uri="channels/%2e%2e/asterisk"),
        frame(uri="channels/1.0%2Fsnoop"),
        frame(uri="channels/1.0%252F"),
        frame(uri="channels?subscribeAll=true"),
        frame(uri="channels/1.0#x"),
        frame(uri="channels/a b"),
        frame(uri="channels/ä"),
        frame(uri="channels/" + "x" * 129),
        frame(uri="a/b/c/d/e/f/g"),
        frame(uri=7),
        frame(method="post"),
        frame(method="PATCH"),
        frame(method=None),
        frame(type="RESTResponse"),
        frame(more="1"),
        frame(query_strings={"name": "a"}),
        frame(query_strings=[{"name": "a", "value": 1}]),
        frame(query_strings=[{"name": "a", "value": "1", "more": ""}]),
        frame(query_strings=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        frame(query_strings=[{"name": "a", "value": "1"}], message_body='{"a": 1}', **BODY),
        frame(query_strings=[{"name": f"a{n}", "value": ""} for n in range(17)]),
        frame(message_body={"a": 1}, **BODY),
        frame(message_body='{"a": 1}'),
        frame(message_body='{"a": 1}', content_type="application/x-www-form-urlencoded"),
        frame(message_body="[1]", **BODY),
        frame(message_body='{"a": 1, "a": 2}', **BODY),
        frame(message_body='{"a": {"b": 1, "b": 2}}', **BODY),
        frame(message_body='{"a": Infinity}', **BODY),
    ],
)
def test_given_a_frame_that_could_be_read_in_another_way_then_it_is_no_request(text: str) -> None:
    assert read(text)[1] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(
    "channels bridges applications playbacks recordings live asterisk events 1.0 2.0 ivr pci ivr-b ivr-rec-ivr-b"
    " answer play snoop record addChannel move .. . subscription eventFilter variable".split()
)
NAMES = st.sampled_from("app channel media name format endpoint type reason subscribeAll variables mute".split())
FRAMES = st.fixed_dictionaries(
    {"type": st.just("RESTRequest"), "method": st.sampled_from(["GET", "POST", "PUT", "DELETE"])},
    optional={
        "uri": st.lists(WORDS | st.text(max_size=5), max_size=6).map("/".join),
        "request_id": JSON,
        "content_type": st.just("application/json"),
        "query_strings": st.lists(st.fixed_dictionaries({"name": NAMES, "value": st.text(max_size=5)})) | JSON,
        "message_body": st.dictionaries(NAMES, JSON | st.sampled_from(["1.0", "2.0", "ivr"])).map(json.dumps),
    },
)


def decided(text: str) -> Any:
    """What is sent for a frame; None if nothing is."""
    envelope, request = read(text)
    envelope.sealed(403, "{}").encode()
    if request is None:
        return None
    rule = ""
    try:
        return decide(request, FACTS)
    except Refused as refusal:
        rule = refusal.rule
    assert rule in RULES
    return None


@given(st.text() | JSON.map(json.dumps))
def test_given_anything_at_all_then_it_is_refused(text: str) -> None:
    assert decided(text) is None


@given(FRAMES)
def test_given_any_request_then_what_is_sent_touches_nothing_but_the_call_sides_own(frame: dict[str, object]) -> None:
    sent = decided(json.dumps(frame))
    if sent is not None:
        assert sent.method != "PUT"
        assert sent.parts[0] in {"channels", "bridges", "applications", "playbacks", "recordings"}
        assert {"2.0", "pci", "..", "snoop", "move"}.isdisjoint(sent.parts)
        assert sent.parameters.get("channel", "1.0") == "1.0"
        assert {"subscribeAll", "variables"}.isdisjoint(sent.parameters)
