"""The heart of the fake Asterisk: what happens to channels, bridges and applications, and who is told. Does no I/O.

It does as a real Asterisk 22 was seen to do; tests/conformance runs the same tests against both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from itertools import count

from asterisk_ari.fake import media
from asterisk_ari.fake.parts import FakeApp, FakeBridge, FakeChannel, FakePlayback, Line, Refusal, now

NORMAL_CLEARING = 16
# what Asterisk gives as the cause when ARI asks for the hang-up
_ASKED_BY_ARI = 32


class Exchange:
    """Everything that the fake knows. `seconds_per_sound` is how long each sound of a playback lasts."""

    def __init__(self) -> None:
        self.seconds_per_sound = 0.01
        self.missing_sounds: set[str] = set()
        self.picks_up = True
        self.apps: dict[str, FakeApp] = {}
        self.channels: dict[str, FakeChannel] = {}
        self.bridges: dict[str, FakeBridge] = {}
        self.playbacks: dict[str, FakePlayback] = {}
        self.changed = asyncio.Event()
        """Set, and replaced by a new one, whenever something happens."""
        self._numbers = count(1)

    # applications

    def connect(self, name: str, line: Line) -> None:
        """A client opens the application `name`; whoever had it open is told so, and nothing after that."""
        app = self.apps.setdefault(name, FakeApp(name))
        if app.line is not None:
            self._tell(app, "ApplicationReplaced")
        app.line = line
        self._touch()

    def disconnect(self, name: str, line: Line) -> None:
        """The client is gone. The application is forgotten unless it has subscriptions, such as channels in it."""
        app = self.apps.get(name)
        if app is not None and app.line is line:
            app.line = None
            if not app.subscriptions:
                del self.apps[name]
            self._touch()

    def respond(self, name: str, line: Line, response: dict[str, object]) -> None:
        """Answer a request that came on a WebSocket of `name`; as in Asterisk, its filter holds for that too."""
        app = self.apps.get(name)
        if app is None or app.lets_through("RESTResponse"):
            line.frames.put_nowait(json.dumps({"type": "RESTResponse", **response, "application": name}).encode())

    # channels

    def arrive(self, dialled: str, caller: str, app_name: str, args: Sequence[str] = ()) -> FakeChannel:
        """A call comes in and is sent to an application; it is dropped at once if nobody has that open."""
        channel = self.new_channel(f"{next(self._numbers)}.0", f"Fake/{dialled}", dialled, caller)
        self.enter(channel, app_name, [*args])
        return channel

    def originate(self, channel_id: str, endpoint: str, app_name: str, args: list[str], caller: str) -> FakeChannel:
        """Call somebody, who comes into the application when they pick up."""
        if channel_id in self.channels:
            raise Refusal(409, "Channel with given unique ID already exists")
        channel = self.new_channel(channel_id, f"{endpoint}-fake", "", caller)
        channel.state, channel.awaited = "Ringing", (app_name, args)
        app = self.apps.get(app_name)
        if app is not None:  # a subscription beside the one of being in the application: it outlives a move
            app.subscriptions[f"channel:{channel_id}"] += 1
        if self.picks_up:
            self.pick_up(channel)
        self._touch()
        return channel

    def pick_up(self, channel: FakeChannel) -> None:
        """The person who is called answers."""
        if channel.awaited is not None:
            app_name, args = channel.awaited
            channel.awaited = None
            self.answer(channel)
            self.enter(channel, app_name, args)

    def press(self, channel: FakeChannel, keys: str) -> None:
        """The person at the far end presses keys, which whoever may hear them hears."""
        for key in keys:
            self._tell_all(
                f"channel:{channel.id}", "ChannelDtmfReceived", digit=key, duration_ms=0, channel=channel.show()
            )
            if channel.bridge is not None and not channel.bridge.members[channel]:
                for other in channel.bridge.members:
                    other.keys_heard += key if other is not channel else ""
        self._touch()

    def hang_up(self, channel: FakeChannel, cause: int = NORMAL_CLEARING, *, by_ari: bool = False) -> None:
        """End a channel, whichever side wanted it."""
        if channel.cause is not None:
            return
        channel.cause = cause
        source = f"channel:{channel.id}"
        request = {"cause": _ASKED_BY_ARI, "soft": True} if by_ari else {"cause": cause}
        self._tell_all(source, "ChannelHangupRequest", **request, channel=channel.show())
        self._silence(channel)
        self.leave_bridge(channel)
        if channel.app is not None:
            self.exit(channel, channel.app)
        del self.channels[channel.id]
        self._tell_all(source, "ChannelDestroyed", cause=cause, cause_txt="", channel=channel.show())
        for app in self.apps.values():
            app.subscriptions.pop(source, None)
        media.ended(self, channel)
        self._touch()

    def answer(self, channel: FakeChannel) -> None:
        """Take the call."""
        if channel.state != "Up":
            channel.state = "Up"
            self._tell_all(f"channel:{channel.id}", "ChannelStateChange", channel=channel.show())

    def let_hear_ringing(self, channel: FakeChannel, *, rings: bool) -> None:
        """Play the sound of a phone that rings somewhere, or end it."""
        channel.hears_ringing = rings
        self._touch()

    def move(self, channel: FakeChannel, destination: str, args: list[str]) -> None:
        """Hand the channel to another application, or say that nobody has that open."""
        app = self.apps.get(destination)
        if channel.app is None:
            return
        if app is None or app.line is None:
            self._tell(
                channel.app, "ApplicationMoveFailed", channel=channel.show(), destination=destination, args=args
            )
            return
        self.exit(channel, channel.app)
        self.enter(channel, destination, args)

    def in_turn(self, channel: FakeChannel, command: Callable[[], None]) -> asyncio.Future[None]:
        """Do it when all that was asked of the channel before is done; the future tells when that was."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        channel.queue.append((command, done))
        self._next(channel)
        return done

    # playbacks

    def play(self, playback_id: str, channel: FakeChannel, media: list[str]) -> FakePlayback:
        """Play sounds when those before them have ended."""
        playback = FakePlayback(playback_id, channel, media)
        if not channel.just_let_go:
            self.playbacks[playback_id] = playback
            self.in_turn(channel, lambda: self._begin(playback))
        return playback

    def stop(self, playback: FakePlayback) -> None:
        """Fall silent now, or when it would have begun."""
        playback.state = "done"
        if playback.channel.playing is playback:
            self._finish(playback, "done")
            self._next(playback.channel)

    # bridges

    def enter_bridge(self, channel: FakeChannel, bridge: FakeBridge, *, absorb: bool) -> None:
        """Let a channel join a bridge, of which its application hears from now on."""
        self.leave_bridge(channel)
        channel.hears_ringing = False
        if channel.app is not None:
            channel.app.subscriptions[f"bridge:{bridge.id}"] += 1
        bridge.members[channel] = absorb
        channel.bridge = bridge
        self._tell_all(f"bridge:{bridge.id}", "ChannelEnteredBridge", bridge=bridge.show(), channel=channel.show())

    def leave_bridge(self, channel: FakeChannel) -> None:
        """Take a channel out of the bridge it is in, if it is in one."""
        bridge = channel.bridge
        if bridge is None:
            return
        del bridge.members[channel]
        channel.bridge = None
        self._tell_all(f"bridge:{bridge.id}", "ChannelLeftBridge", bridge=bridge.show(), channel=channel.show())
        self._touch()

    def destroy_bridge(self, bridge: FakeBridge) -> None:
        """Close a bridge; its channels stay in their applications."""
        for channel in list(bridge.members):
            self.leave_bridge(channel)
            channel.let_go = asyncio.get_running_loop().time()
        del self.bridges[bridge.id]
        self._tell_all(f"bridge:{bridge.id}", "BridgeDestroyed", bridge=bridge.show())
        for app in self.apps.values():
            app.subscriptions.pop(f"bridge:{bridge.id}", None)
        self._touch()

    # inside

    def new_channel(self, channel_id: str, name: str, dialled: str, caller: str) -> FakeChannel:
        """A channel, in no application yet."""
        channel = FakeChannel(channel_id, name, dialled, caller)
        self.channels[channel_id] = channel
        return channel

    def enter(self, channel: FakeChannel, app_name: str, args: Sequence[str]) -> None:
        """Let it come into an application, or hang it up if nobody has that open."""
        app = self.apps.get(app_name)
        if app is None or app.line is None:
            self.hang_up(channel)
            return
        channel.app = app
        app.subscriptions[f"channel:{channel.id}"] += 1
        self._tell(app, "StasisStart", args=list(args), channel=channel.show())
        self._touch()

    def exit(self, channel: FakeChannel, app: FakeApp) -> None:
        """Let it leave its application."""
        channel.app = None
        self._tell(app, "StasisEnd", channel=channel.show())
        app.unsubscribe(f"channel:{channel.id}")
        self._touch()

    def _next(self, channel: FakeChannel) -> None:
        while channel.queue and channel.playing is None:
            command, done = channel.queue.popleft()
            command()
            _resolve(done)
        self._touch()

    def _begin(self, playback: FakePlayback) -> None:
        if playback.state == "done":  # it was stopped before its turn came
            self._finish(playback, "done")
            return
        playback.channel.playing = playback
        self._sound(playback)

    def _sound(self, playback: FakePlayback) -> None:
        sound = playback.media[playback.position]
        playback.state = "playing"
        self._tell_playback("PlaybackStarted", playback)
        missing = sound in self.missing_sounds
        if not missing:
            playback.channel.played.append(sound)
        seconds = 0.0 if missing else self.seconds_per_sound
        playback.timer = asyncio.get_running_loop().call_later(seconds, self._sound_ended, playback, missing)
        self._touch()

    def _sound_ended(self, playback: FakePlayback, missing: bool) -> None:
        if playback.position + 1 < len(playback.media):
            playback.state = "continuing"
            self._tell_playback("PlaybackContinuing", playback)
            playback.position += 1
            self._sound(playback)
        else:
            self._finish(playback, "failed" if missing else "done")
            self._next(playback.channel)

    def _finish(self, playback: FakePlayback, state: str) -> None:
        if playback.timer is not None:
            playback.timer.cancel()
        playback.state = state
        playback.channel.playing = None
        if self.playbacks.get(playback.id) is playback:
            del self.playbacks[playback.id]
        self._tell_playback("PlaybackFinished", playback)

    def _silence(self, channel: FakeChannel) -> None:
        while channel.queue:
            _resolve(channel.queue.popleft()[1])
        for playback in [one for one in self.playbacks.values() if one.channel is channel]:
            if channel.playing is not playback:
                self._tell_playback("PlaybackStarted", playback)
            self._finish(playback, "failed")

    def _tell_playback(self, event: str, playback: FakePlayback) -> None:
        self._tell_all(f"channel:{playback.channel.id}", event, playback=playback.show())

    def _tell_all(self, source: str, event: str, **fields: object) -> None:
        for app in self.apps.values():
            if app.hears(source):
                self._tell(app, event, **fields)

    def _tell(self, app: FakeApp, event: str, **fields: object) -> None:
        if app.line is not None and app.lets_through(event):
            whole = {"type": event, "timestamp": now(), **fields, "asterisk_id": "fake", "application": app.name}
            app.line.frames.put_nowait(json.dumps(whole).encode())

    def _touch(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


def _resolve(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
