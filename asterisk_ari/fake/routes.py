"""What is asked of the fake Asterisk, by HTTP or by frames: one line for each verb, and the way there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from asterisk_ari.fake.parts import Refusal
from asterisk_ari.fake.verbs import Answer, Asked, Verb, Verbs

_ROUTES: dict[tuple[str, str], Verb] = {
    ("GET", "asterisk/info"): Verbs.info,
    ("GET", "channels"): Verbs.channels,
    ("GET", "channels/{channel}"): Verbs.channel,
    ("POST", "channels/externalMedia"): Verbs.external_media,
    ("POST", "channels/{channel}"): Verbs.originate,
    ("DELETE", "channels/{channel}"): Verbs.hang_up,
    ("POST", "channels/{channel}/answer"): Verbs.answer,
    ("POST", "channels/{channel}/ring"): Verbs.ring,
    ("DELETE", "channels/{channel}/ring"): Verbs.stop_ringing,
    ("POST", "channels/{channel}/move"): Verbs.move,
    ("POST", "channels/{channel}/snoop/{snoop}"): Verbs.snoop,
    ("POST", "channels/{channel}/play/{playback}"): Verbs.play,
    ("GET", "playbacks/{playback}"): Verbs.playback,
    ("DELETE", "playbacks/{playback}"): Verbs.stop_playback,
    ("GET", "bridges"): Verbs.bridges,
    ("GET", "bridges/{bridge}"): Verbs.bridge,
    ("POST", "bridges/{bridge}"): Verbs.create_bridge,
    ("DELETE", "bridges/{bridge}"): Verbs.destroy_bridge,
    ("POST", "bridges/{bridge}/addChannel"): Verbs.add_channel,
    ("POST", "bridges/{bridge}/removeChannel"): Verbs.remove_channel,
    ("GET", "applications"): Verbs.applications,
    ("GET", "applications/{app}"): Verbs.application,
    ("POST", "applications/{app}/subscription"): Verbs.subscribe,
    ("DELETE", "applications/{app}/subscription"): Verbs.unsubscribe,
    ("PUT", "applications/{app}/eventFilter"): Verbs.filter_events,
}

_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"})


async def answer_http(verbs: Verbs, request: web.Request) -> web.Response:
    """The answer to a request by HTTP."""
    asked: Asked = dict(request.query)
    if request.can_read_body:
        asked |= await request.json()
    path = request.rel_url.raw_path.removeprefix("/ari/")
    try:
        status, value = await _perform(verbs, request.method, path, asked)
    except Refusal as refusal:
        status, value = refusal.status, {"message": refusal.message}
    return web.Response(status=204) if status == 204 else web.json_response(value, status=status)


async def answer_frame(verbs: Verbs, frame: str | bytes) -> dict[str, object]:
    """The `RESTResponse`, without its type, to a frame that a client sent."""
    try:
        loaded = json.loads(frame)
    except ValueError:
        return _response({}, 400, "Failed to parse request message JSON", None)
    request = loaded if isinstance(loaded, dict) else {}
    try:
        path, asked = _read(request)
        status, value = await _perform(verbs, request["method"], path, asked)
    except Refusal as refusal:
        status, value = refusal.status, {"message": refusal.message}
    return _response(request, status, "OK" if status < 400 else "Refused", value)


def _read(request: dict[str, Any]) -> tuple[str, Asked]:
    """The path of a frame, and what it asks in its address, query and body: the last one counts."""
    path, _, query = str(request.get("uri", "")).partition("?")
    given = request.get("query_strings", [])
    body = request.get("message_body", "")
    for is_wrong, message in (
        ("type" not in request, "No 'type' property."),
        (request.get("type") != "RESTRequest", "Unknown request type."),
        (not path, "Empty or missing 'uri' property."),
        (request.get("method") not in _METHODS, "Unknown or missing 'method' property."),
        (any(type(one["value"]) is not str for one in given), "Unable to parse 'query_strings' array."),
        (body and "content_type" not in request, "No 'content_type' for 'message_body'."),
    ):
        if is_wrong:
            raise Refusal(400, message)
    try:
        in_body = json.loads(body) if body else {}
    except ValueError:
        raise Refusal(400, "Unable to parse 'message_body' as 'application/json'.") from None
    return path, dict(parse_qsl(query)) | {one["name"]: one["value"] for one in given} | in_body


async def _perform(verbs: Verbs, method: str, path: str, asked: Asked) -> Answer:
    verb, names = _find(method, [unquote(part) for part in path.split("/")])
    return await verb(verbs, names, asked)


def _find(method: str, parts: list[str]) -> tuple[Verb, dict[str, str]]:
    known = False
    for (its_method, path), verb in _ROUTES.items():
        pattern = path.split("/")
        pairs = list(zip(pattern, parts, strict=False))
        if len(pattern) == len(parts) and all(name == part or name.startswith("{") for name, part in pairs):
            if its_method == method:
                return verb, {name.strip("{}"): part for name, part in pairs if name.startswith("{")}
            known = True
    raise Refusal(405, "Invalid method") if known else Refusal(404, "Resource not found")


def _response(request: dict[str, Any], status: int, reason: str, value: object) -> dict[str, object]:
    response: dict[str, object] = {
        "transaction_id": request.get("transaction_id", ""),
        "request_id": request.get("request_id", ""),
        "status_code": status,
        "reason_phrase": reason,
        "uri": str(request.get("uri", "")).partition("?")[0],
    }
    if value is not None:
        response |= {"content_type": "application/json", "message_body": json.dumps(value)}
    return response
