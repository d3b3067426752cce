"""What of Asterisk's answers the call side may see: of a list, what is its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, Final

from pci.gate.checks import owns

Json = Any  # what json.loads gives; a value of another shape ends in `seen`


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose eyes an answer is for: the call side's application, the channels in it, and those the card side has."""

    app: str
    inside: Container[str]
    taken: Container[str] = frozenset()


def _all(value: Json, _: Sight) -> object:
    return value


def _nothing(_value: Json, _: Sight) -> object:
    return {}


def _own_channels(value: Json, sight: Sight) -> object:
    """Own channels; of one that the card side has, only that its call has not ended."""
    return [
        channel if _own_channel(channel["id"], sight) else {"id": channel["id"], "state": "Up"}
        for channel in value
        if _own_channel(channel["id"], sight) or channel["id"] in sight.taken
    ]


def _own_bridges(value: Json, sight: Sight) -> object:
    return [bridge for bridge in value if owns(sight.app, bridge["id"])]


def _own_application(value: Json, sight: Sight) -> object:
    return {
        "name": sight.app,
        "channel_ids": [name for name in value["channel_ids"] if _own_channel(name, sight)],
        "bridge_ids": [name for name in value["bridge_ids"] if owns(sight.app, name)],
        "endpoint_ids": [],
        "device_names": [],
    }


def _own_channel(name: str, sight: Sight) -> bool:
    return name in sight.inside or (owns(sight.app, name) and name not in sight.taken)


SEES: Final[dict[str, Callable[[Json, Sight], object]]] = {
    "all": _all,
    "nothing": _nothing,
    "own channels": _own_channels,
    "own bridges": _own_bridges,
    "own application": _own_application,
}


def seen(body: bytes, sees: str, sight: Sight) -> str | None:
    """What is shown of an answer's body; None if it is not what Asterisk is known to answer."""
    if sees == "all":
        return body.decode("utf-8", "replace")
    try:
        return json.dumps(SEES[sees](json.loads(body), sight), separators=(",", ":"))
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
