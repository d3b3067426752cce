"""The fake Asterisk as tests and the flow simulator use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from asterisk_ari.fake import media
from asterisk_ari.fake.exchange import NORMAL_CLEARING, Exchange
from asterisk_ari.fake.parts import FakeChannel
from asterisk_ari.fake.server import Server
from asterisk_ari.login import AriLogin


class FakeCall:
    """A call, from the caller's end: what they do and what they hear. No repr shows a number or a key."""

    def __init__(self, exchange: Exchange, channel: FakeChannel) -> None:
        self._exchange = exchange
        self._channel = channel

    def __repr__(self) -> str:
        return f"FakeCall({self.channel_id!r}, ended={self.ended})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FakeCall) and other._channel is self._channel

    def __hash__(self) -> int:
        return hash(self.channel_id)

    @property
    def channel_id(self) -> str:
        """The id that the channel has in ARI."""
        return self._channel.id

    @property
    def name(self) -> str:
        """The name of the channel: whom ARI called, as in `PJSIP/alice-…`."""
        return self._channel.name

    @property
    def headers(self) -> Mapping[str, str]:
        """The SIP headers that went with a call that ARI made."""
        return self._channel.headers

    @property
    def answered(self) -> bool:
        """Whether the call was taken."""
        return self._channel.state == "Up"

    @property
    def ended(self) -> bool:
        """Whether the call is over, whoever ended it."""
        return self._channel.cause is not None

    @property
    def cause(self) -> int | None:
        """Why the call is over, as a Q.850 cause; None while it is not."""
        return self._channel.cause

    @property
    def app(self) -> str | None:
        """The Stasis application that has the call now."""
        return self._channel.app.name if self._channel.app is not None else None

    @property
    def bridge_id(self) -> str | None:
        """The bridge that the call is in now."""
        return self._channel.bridge.id if self._channel.bridge is not None else None

    @property
    def hears_ringing(self) -> bool:
        """Whether the sound of a phone that rings somewhere is heard now."""
        return self._channel.hears_ringing

    @property
    def shown_caller(self) -> str:
        """Who is shown to call."""
        return self._channel.caller

    @property
    def played(self) -> tuple[str, ...]:
        """Every sound that has begun to be heard, in order, such as `sound:hello`."""
        return tuple(self._channel.played)

    @property
    def playing(self) -> str | None:
        """The sound that is heard now."""
        playback = self._channel.playing
        return playback.media[playback.position] if playback is not None else None

    @property
    def keys_heard(self) -> str:
        """The keys of others that came through a bridge to this end."""
        return self._channel.keys_heard

    def press(self, keys: str) -> None:
        """Press keys, one after the other. Nothing happens once the call is over."""
        if not self.ended:
            self._exchange.press(self._channel, keys)

    def speak(self, sound: bytes) -> None:
        """Say something: 16-bit samples, 8000 a second, the low byte first. All of it is heard at once."""
        if not self.ended:
            media.speak(self._exchange, self._channel, sound)

    def pick_up(self) -> None:
        """Answer, where ARI is the caller: see `FakeAsterisk.picks_up`."""
        self._exchange.pick_up(self._channel)

    def hang_up(self, cause: int = NORMAL_CLEARING) -> None:
        """Put the phone down; or, before it was picked up, refuse the call: 17 is busy, 19 no answer."""
        self._exchange.hang_up(self._channel, cause)

    async def until(self, condition: Callable[[FakeCall], bool]) -> None:
        """Wait for something to be so, such as `lambda call: call.answered`. Set a deadline around it."""
        while not condition(self):
            await self._exchange.changed.wait()

    async def hears(self, name: str) -> None:
        """Wait until a sound whose name ends in `name` plays."""
        await self.until(lambda call: (call.playing or "").endswith(name))


class FakeAsterisk:
    """An Asterisk in this process, which speaks ARI by HTTP and WebSocket on a free loopback port.

        async with FakeAsterisk.open({"ivr": "secret"}) as asterisk:
            async with AriApp.open(asterisk.login("ivr"), "ivr") as app:
                call = asterisk.dial("1000", caller="+15550100")
                ...
                call.press("42#")
                call.hang_up()

    It has neither sound nor time of day: keys come at once, and each sound lasts `seconds_per_sound`.
    """

    def __init__(self, exchange: Exchange, server: Server, users: Mapping[str, str], base_url: str) -> None:
        self._exchange = exchange
        self._server = server
        self._users = dict(users)
        self.base_url = base_url

    @classmethod
    @asynccontextmanager
    async def open(
        cls, users: Mapping[str, str] | None = None, *, gate: Path | None = None
    ) -> AsyncIterator[FakeAsterisk]:
        """Serve until the block ends. `users` maps the names of ARI users to their passwords.

        With `gate` it serves on that unix socket too, as a gate does but without any rule: see `AriSocket`.
        """
        known = users or {"ivr": "ivr-password", "pci": "pci-password"}
        exchange = Exchange()
        server = Server(exchange, known)
        async with server.listening(gate) as base_url:
            yield cls(exchange, server, known, base_url)

    def login(self, username: str) -> AriLogin:
        """The login of one of the users."""
        return AriLogin(self.base_url, username, self._users[username])

    @property
    def seconds_per_sound(self) -> float:
        """How long each sound of a playback lasts; for those that have not begun."""
        return self._exchange.seconds_per_sound

    @seconds_per_sound.setter
    def seconds_per_sound(self, seconds: float) -> None:
        self._exchange.seconds_per_sound = seconds

    @property
    def missing_sounds(self) -> set[str]:
        """Sounds that there are not, such as `sound:lost`; add to it. They are passed over, as Asterisk does."""
        return self._exchange.missing_sounds

    @property
    def picks_up(self) -> bool:
        """Whether who is called by ARI answers at once; if not, see `calls` and `FakeCall.pick_up`."""
        return self._exchange.picks_up

    @picks_up.setter
    def picks_up(self, at_once: bool) -> None:
        self._exchange.picks_up = at_once

    @property
    def unreachable(self) -> bool:
        """Whether every new connection is cut before it is answered."""
        return self._server.unreachable

    @unreachable.setter
    def unreachable(self, cut: bool) -> None:
        self._server.unreachable = cut

    @property
    def calls(self) -> tuple[FakeCall, ...]:
        """The calls that are not over, those that were originated by ARI among them."""
        return tuple(FakeCall(self._exchange, channel) for channel in self._exchange.channels.values())

    @property
    def app_names(self) -> tuple[str, ...]:
        """The Stasis applications that are open or have channels."""
        return tuple(self._exchange.apps)

    @property
    def bridge_ids(self) -> tuple[str, ...]:
        """The bridges there are."""
        return tuple(self._exchange.bridges)

    def dial(self, number: str, *, caller: str = "", app: str = "ivr", args: Sequence[str] = ()) -> FakeCall:
        """Call `number`, which the dialplan sends to `app` with `args`; over at once if nobody has `app` open."""
        return FakeCall(self._exchange, self._exchange.arrive(number, caller, app, args))

    def drop_connections(self) -> None:
        """Cut every WebSocket: what happens until a client is back, it is not told."""
        for line in list(self._server.lines):
            line.drop()

    def freeze_connections(self) -> None:
        """Leave every WebSocket open without ever answering on it again, as a host does that lost its power."""
        for line in list(self._server.lines):
            line.freeze()

    def send_frame(self, app: str, frame: bytes) -> None:
        """Send a frame of your own, which need not be an event nor even text, to whoever has `app` open."""
        line = self._exchange.apps[app].line
        if line is not None:
            line.frames.put_nowait(frame)

    async def until(self, condition: Callable[[FakeAsterisk], bool]) -> None:
        """Wait for something to be so, such as `lambda asterisk: not asterisk.calls`. Set a deadline around it."""
        while not condition(self):
            await self._exchange.changed.wait()
