"""ARI's verbs as the fake answers them: what each does to the exchange."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asterisk_ari.fake import media
from asterisk_ari.fake.exchange import Exchange
from asterisk_ari.fake.parts import FakeApp, FakeBridge, FakeChannel, Refusal

T = TypeVar("T")
Answer = tuple[int, object]
Asked = dict[str, object]
Verb = Callable[["Verbs", dict[str, str], Asked], Awaitable[Answer]]

_DONE: Answer = (204, None)


class Verbs:
    """A verb takes the parts of its path and what was asked (query and JSON body) and gives a status and a value."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def info(self, _path: dict[str, str], _asked: Asked) -> Answer:
        """GET asterisk/info."""
        return 200, {"system": {"version": "22.0.0-fake", "entity_id": "fake"}}

    async def channels(self, _path: dict[str, str], _asked: Asked) -> Answer:
        """GET channels."""
        return 200, [channel.show() for channel in self._exchange.channels.values()]

    async def channel(self, path: dict[str, str], _asked: Asked) -> Answer:
        """GET channels/ID."""
        return 200, self._channel(path).show()

    async def originate(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST channels/ID."""
        if "app" not in asked:
            raise Refusal(400, "Application or extension must be specified")
        channel = self._exchange.originate(
            path["channel"], _word(asked, "endpoint"), _word(asked, "app"), _args(asked), _word(asked, "callerId")
        )
        channel.headers = _headers(asked)
        return 200, channel.show()

    async def snoop(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST channels/ID/snoop/ID; only of what comes in."""
        channel = self._channel(path)
        if _word(asked, "spy") != "in" or _word(asked, "whisper") not in ("", "none"):
            raise Refusal(400, "Invalid direction specified for spy")
        return 200, media.snoop(self._exchange, path["snoop"], channel, _word(asked, "app")).show()

    async def external_media(self, _path: dict[str, str], asked: Asked) -> Answer:
        """POST channels/externalMedia; only RTP, and only `slin`."""
        if _word(asked, "format") != "slin":
            raise Refusal(500, "An internal error prevented this request from being handled")
        leg = media.external_media(
            self._exchange, _word(asked, "channelId"), _word(asked, "app"), _word(asked, "external_host")
        )
        return 200, leg.show() | {"channelvars": leg.media.variables if leg.media else {}}

    async def hang_up(self, path: dict[str, str], asked: Asked) -> Answer:
        """DELETE channels/ID."""
        reasons = {
            "": 16,
            "normal": 16,
            "unallocated": 1,
            "busy": 17,
            "no_answer": 19,
            "rejected": 21,
            "congestion": 34,
        }
        channel, reason = self._channel(path), _word(asked, "reason")
        if reason not in reasons:
            raise Refusal(400, "Invalid reason for hangup reason provided")
        self._exchange.hang_up(channel, reasons[reason], by_ari=True)
        return _DONE

    async def answer(self, path: dict[str, str], _asked: Asked) -> Answer:
        """POST channels/ID/answer; waits for its turn."""
        channel = self._controlled(path)
        await self._exchange.in_turn(channel, lambda: self._exchange.answer(channel))
        return _DONE

    async def ring(self, path: dict[str, str], _asked: Asked) -> Answer:
        """POST channels/ID/ring."""
        self._exchange.let_hear_ringing(self._controlled(path), rings=True)
        return _DONE

    async def stop_ringing(self, path: dict[str, str], _asked: Asked) -> Answer:
        """DELETE channels/ID/ring."""
        self._exchange.let_hear_ringing(self._controlled(path), rings=False)
        return _DONE

    async def move(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST channels/ID/move; answers at once and moves when its turn has come."""
        channel, app, args = self._controlled(path), _word(asked, "app"), _args(asked)
        self._exchange.in_turn(channel, lambda: self._exchange.move(channel, app, args))
        return _DONE

    async def play(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST channels/ID/play/ID."""
        channel, media = self._controlled(path), asked.get("media")
        sounds = media.split(",") if isinstance(media, str) else media
        if not isinstance(sounds, list) or not sounds or not all(isinstance(sound, str) for sound in sounds):
            raise Refusal(500, "Failed to queue media for playback")
        return 201, self._exchange.play(path["playback"], channel, sounds).show()

    async def playback(self, path: dict[str, str], _asked: Asked) -> Answer:
        """GET playbacks/ID."""
        return 200, _found(self._exchange.playbacks, path["playback"], 404, "Playback not found").show()

    async def stop_playback(self, path: dict[str, str], _asked: Asked) -> Answer:
        """DELETE playbacks/ID."""
        self._exchange.stop(_found(self._exchange.playbacks, path["playback"], 404, "Playback not found"))
        return _DONE

    async def bridges(self, _path: dict[str, str], _asked: Asked) -> Answer:
        """GET bridges."""
        return 200, [bridge.show() for bridge in self._exchange.bridges.values()]

    async def bridge(self, path: dict[str, str], _asked: Asked) -> Answer:
        """GET bridges/ID."""
        return 200, self._bridge(path).show()

    async def create_bridge(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST bridges/ID."""
        bridge_id = path["bridge"]
        if bridge_id in self._exchange.bridges:
            raise Refusal(409, f"Bridge with id '{bridge_id}' already exists")
        bridge = FakeBridge(bridge_id, (_word(asked, "type") or "mixing").split(","), _word(asked, "name"))
        self._exchange.bridges[bridge_id] = bridge
        return 200, bridge.show()

    async def destroy_bridge(self, path: dict[str, str], _asked: Asked) -> Answer:
        """DELETE bridges/ID."""
        self._exchange.destroy_bridge(self._bridge(path))
        return _DONE

    async def add_channel(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST bridges/ID/addChannel; waits for its turn."""
        bridge, channel = self._bridge(path), self._member(asked)
        absorb = asked.get("absorbDTMF") in (True, "true")
        await self._exchange.in_turn(channel, lambda: self._exchange.enter_bridge(channel, bridge, absorb=absorb))
        return _DONE

    async def remove_channel(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST bridges/ID/removeChannel; waits for its turn."""
        bridge, channel = self._bridge(path), self._member(asked)
        if channel.bridge is not bridge:
            raise Refusal(422, "Channel not in this bridge")
        await self._exchange.in_turn(channel, lambda: self._exchange.leave_bridge(channel))
        if channel.app is not None:
            channel.app.unsubscribe(f"bridge:{bridge.id}")
        return _DONE

    async def applications(self, _path: dict[str, str], _asked: Asked) -> Answer:
        """GET applications."""
        return 200, [app.show() for app in self._exchange.apps.values()]

    async def application(self, path: dict[str, str], _asked: Asked) -> Answer:
        """GET applications/NAME."""
        return 200, self._app(path).show()

    async def subscribe(self, path: dict[str, str], asked: Asked) -> Answer:
        """POST applications/NAME/subscription; counted."""
        app, source = self._app(path), self._source(asked)
        app.subscriptions[source] += 1
        return 200, app.show()

    async def unsubscribe(self, path: dict[str, str], asked: Asked) -> Answer:
        """DELETE applications/NAME/subscription."""
        app, source = self._app(path), self._source(asked)
        if not app.hears(source):
            raise Refusal(409, "Application not subscribed to event source")
        app.unsubscribe(source)
        return 200, app.show()

    async def filter_events(self, path: dict[str, str], asked: Asked) -> Answer:
        """PUT applications/NAME/eventFilter; only what is allowed, not what is disallowed."""
        app, allowed = self._app(path), asked.get("allowed", [])
        if not isinstance(allowed, list) or not all(isinstance(entry, dict) and "type" in entry for entry in allowed):
            raise Refusal(400, "Bad event filter")
        app.allowed = frozenset(entry["type"] for entry in allowed)
        return 200, app.show()

    def _channel(self, path: dict[str, str]) -> FakeChannel:
        return _found(self._exchange.channels, path["channel"], 404, "Channel not found")

    def _controlled(self, path: dict[str, str]) -> FakeChannel:
        return _in_application(self._channel(path), 409)

    def _member(self, asked: Asked) -> FakeChannel:
        channel = _found(self._exchange.channels, _word(asked, "channel"), 400, "Channel not found")
        return _in_application(channel, 422)

    def _bridge(self, path: dict[str, str]) -> FakeBridge:
        return _found(self._exchange.bridges, path["bridge"], 404, "Bridge not found")

    def _app(self, path: dict[str, str]) -> FakeApp:
        return _found(self._exchange.apps, path["app"], 404, "Application not found")

    def _source(self, asked: Asked) -> str:
        source = _word(asked, "eventSource")
        kind, _, name = source.partition(":")
        known = {"channel": set(self._exchange.channels), "bridge": set(self._exchange.bridges)}
        if name not in known.get(kind, ()):
            raise Refusal(422, "Event source does not exist")
        return source


def _found(known: dict[str, T], name: str, status: int, message: str) -> T:
    if name not in known:
        raise Refusal(status, message)
    return known[name]


def _in_application(channel: FakeChannel, status: int) -> FakeChannel:
    if channel.app is None:
        raise Refusal(status, "Channel not in Stasis application")
    return channel


def _word(asked: Asked, name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise Refusal(400, f"{name} is not a string")
    return value


def _headers(asked: Asked) -> dict[str, str]:
    variables = asked.get("variables", {})
    named = variables if isinstance(variables, dict) else {}
    return {name.removeprefix("PJSIP_HEADER(add,").rstrip(")"): str(value) for name, value in named.items()}


def _args(asked: Asked) -> list[str]:
    joined = _word(asked, "appArgs")
    return joined.split(",") if joined else []
