"""Asterisk's whole REST surface, fuzzed through the gate: what reaches Asterisk is read from the wire."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stack.asterisk import Instance
from tests.asterisk.gated_calls import open_scene, operations

pytestmark = pytest.mark.timeout(180)
# every line that the gate may send: its own look, and the table with the call side's own names filled in
MAY_REACH = re.compile(
    r"PUT applications/ivr/eventFilter|GET applications/(ivr|pci)|GET channels|GET bridges"
    r"|(GET|POST|DELETE) bridges/ivr-[\w-]+|POST bridges/ivr-[\w-]+/(addChannel|removeChannel|record|play/ivr-[\w-]+)"
    r"|(GET|DELETE) playbacks/ivr-[\w-]+|DELETE channels/ivr-[\w-]+(\?reason=\w+)?"
    r"|(GET|DELETE) recordings/live/ivr-rec-ivr-[\w-]+|POST recordings/live/ivr-rec-ivr-[\w-]+/stop"
    r"|GET events\?app=ivr&subscribeAll=false"
)
TEXT = st.sampled_from(
    "ivr pci CAPTIVE CAPTIVE%3B2 ivr-b ivr-x ivr-rec-ivr-b .. . * true json 1 channel:CAPTIVE endpoint:PJSIP"
    " mixing,proxy_media Local/1000@incoming digits:4111 ${SHELL(id)}".split()
) | st.text(max_size=8)
VALUE = TEXT | st.booleans() | st.integers() | st.none() | st.lists(TEXT, max_size=3)
MORE = st.dictionaries(
    st.sampled_from(["app", "channel", "subscribeAll", "eventSource", "variables", "type", "name", "format"])
    | st.text(max_size=5),
    VALUE,
    max_size=4,
)


@given(st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
async def test_given_any_request_to_any_operation_then_it_is_answered_below_500_and_only_own_things_are_reached(
    asterisk: Instance, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    async with (
        open_scene(asterisk, tmp_path_factory.mktemp("fuzz")) as scene,
        scene.gate.call_side() as call_side,
    ):
        every = await operations(asterisk, scene.session)
        caller = await scene.caller(call_side)
        async with scene.captured(caller):
            await call_side.until(lambda it: it.events("StasisEnd"))
            before = len(scene.tap.sent)
            await caller.press("4111")
            for _ in range(60):
                operation = data.draw(st.sampled_from(every))
                method = data.draw(st.sampled_from([operation.method, "GET", "POST", "PUT", "DELETE", "HEAD", "x"]))
                path = re.sub(r"\{\w+\}", lambda _: data.draw(TEXT), operation.path).lstrip("/")
                known = st.dictionaries(st.sampled_from(operation.parameters or ("x",)), VALUE, max_size=4)
                query = [{"name": n, "value": v} for n, v in (data.draw(known) | data.draw(MORE)).items()]
                body = json.dumps(data.draw(known) | data.draw(MORE))
                frame: dict[str, object] = {"type": "RESTRequest", "method": method, "uri": path}
                frame |= data.draw(
                    st.sampled_from(
                        [
                            {},
                            {"query_strings": query},
                            {"message_body": body, "content_type": "application/json"},
                            {"query_strings": query, "message_body": body, "content_type": "application/json"},
                        ]
                    )
                )
                frame = json.loads(json.dumps(frame).replace("CAPTIVE", caller.far_id))
                reply = await call_side.send(frame)
                assert 200 <= reply.status < 500, (frame, reply)
            assert not call_side.closed
        sent = bytes(scene.tap.sent[before:]).decode("latin-1")
        reached = {" ".join(line) for line in re.findall(r"^(\w+) /ari/(\S*) HTTP/1.1\r$", sent, re.MULTILINE)}
        assert [line for line in reached if not MAY_REACH.fullmatch(line)] == []
        assert caller.far_id not in sent
        assert '"digit"' not in call_side.received
