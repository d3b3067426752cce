"""Requests to the processor stand-in, as some client would make them."""

from __future__ import annotations

import itertools
import json
from typing import Any

import aiohttp

_serial = itertools.count(1)


def charge_body(**changes: object) -> dict[str, object]:
    """A charge that no other test has, and that is approved unless something in it is changed."""
    reference = f"chg-{next(_serial)}"
    body: dict[str, object] = {
        "reference": reference,
        "order_id": f"inv-of-{reference}",
        "amount": 12540,
        "currency": "USD",
        "moto": True,
        "number": "4111111111111111",
        "expiry": "1239",
        "security_code": "739",
    }
    return body | changes


async def send(
    url: str,
    body: dict[str, object] | bytes | None,
    *,
    path: str = "/v1/charges",
    method: str = "",
    key: str | None = None,
    login: str = "Bearer key-of-the-demo-shop",
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer; {"not": "json"} if it is none."""
    reference = body.get("reference", "") if isinstance(body, dict) else ""
    headers = {"Authorization": login, "Idempotency-Key": f"key-of-{reference}" if key is None else key}
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    method = method or ("GET" if body is None else "POST")
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{url}{path}", data=data, headers=headers) as answer,
    ):
        try:
            return answer.status, json.loads(await answer.read())
        except ValueError:
            return answer.status, {"not": "json"}
