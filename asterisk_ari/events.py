"""The events of a Stasis application, as frozen dataclasses read from Asterisk's JSON.

`parse` never raises: a type that has no class here is an `Unknown`, and so is an event of which a part is missing or
of the wrong kind (`malformed` says so). No event keeps the JSON it came from, and no repr shows a pressed key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asterisk_ari.model import (
    Channel,
    LiveRecording,
    Malformed,
    Playback,
    identity,
    listed,
    number,
    read_channel,
    read_playback,
    read_recording,
    text,
)

_KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class StasisStart:
    """A channel has come into the application."""

    channel: Channel
    args: tuple[str, ...] = ()
    """What the dialplan's `Stasis()` or the `move` gave with it."""
    found: bool = False
    """The event itself was lost in a gap; the channel was found in the application afterwards, without its args."""

    @property
    def channel_id(self) -> str:
        """The id of the channel."""
        return self.channel.id


@dataclass(frozen=True, slots=True)
class StasisEnd:
    """A channel has left the application: it was moved elsewhere, or its call is ending."""

    channel_id: str
    found: bool = False
    """The event itself was lost in a gap."""


@dataclass(frozen=True, slots=True)
class ChannelDtmfReceived:
    """The caller pressed a key and let it go. The key is in no repr."""

    channel_id: str
    digit: str = field(repr=False)
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class ChannelHangupRequest:
    """Someone asked for the end of the call; `cause` is the Q.850 cause if one was given."""

    channel_id: str
    cause: int = 0


@dataclass(frozen=True, slots=True)
class ChannelDestroyed:
    """The channel is no more. Always the last event of a channel."""

    channel_id: str
    cause: int = 0
    """Q.850: 16 is a normal hang-up, 17 busy, 19 no answer; 0 when the event itself was lost in a gap."""
    found: bool = False
    """The event itself was lost in a gap."""


@dataclass(frozen=True, slots=True)
class ChannelStateChange:
    """The state of a channel is another one now, such as `Up` once it is answered."""

    channel: Channel

    @property
    def channel_id(self) -> str:
        """The id of the channel."""
        return self.channel.id


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """A sound of a playback is heard now; comes once for each. `channel_id` is None for a playback to a bridge."""

    playback: Playback

    @property
    def channel_id(self) -> str | None:
        """The id of the channel that hears it."""
        return self.playback.channel_id


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A playback has been heard to its end, was stopped, or (`playback.state` is `failed`) was cut off by a hang-up.

    A sound that there is not is passed over; only if it is the last one, the state is `failed`.
    """

    playback: Playback

    @property
    def channel_id(self) -> str | None:
        """The id of the channel that heard it."""
        return self.playback.channel_id


@dataclass(frozen=True, slots=True)
class ChannelEnteredBridge:
    """A channel has come into a bridge."""

    channel_id: str
    bridge_id: str


@dataclass(frozen=True, slots=True)
class ChannelLeftBridge:
    """A channel has left a bridge."""

    channel_id: str
    bridge_id: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """A recording of a channel or a bridge has begun. `channel_id` is None for that of a bridge."""

    recording: LiveRecording

    @property
    def channel_id(self) -> str | None:
        """The id of the channel that is recorded."""
        return self.recording.channel_id


@dataclass(frozen=True, slots=True)
class ApplicationMoveFailed:
    """A `move` was accepted and came to nothing: no client has `destination` open. The channel is still here."""

    channel_id: str
    destination: str


@dataclass(frozen=True, slots=True)
class ApplicationReplaced:
    """Another client opened this application; this connection gets no more events."""

    channel_id: None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that has no class here, or (`malformed`) one that could not be read."""

    type: str
    channel_id: str | None = None
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Events were lost here, pressed keys perhaps among them: silence around a gap means nothing.

    When the connection drops, two come: first one that is not `over` (nothing can be heard from now on), then one
    that is (events flow again), followed by what was found to have changed meanwhile. A gap without a drop (an
    unreadable event, a reader that was too slow) is `over` at once.
    """

    over: bool


@dataclass(frozen=True, slots=True)
class RestResponse:
    """No event, but the answer to a request that was sent on this WebSocket; `request_id` is empty if it has none.

    A real Asterisk 22 applies the event filter to these too: who filters them out gets no answers.
    """

    TYPE = "RESTResponse"

    request_id: str
    status: object
    body: object = field(repr=False)


Event = (
    StasisStart
    | StasisEnd
    | ChannelDtmfReceived
    | ChannelHangupRequest
    | ChannelDestroyed
    | ChannelStateChange
    | PlaybackStarted
    | PlaybackFinished
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | RecordingStarted
    | ApplicationMoveFailed
    | ApplicationReplaced
    | Unknown
)


def _key(value: object) -> str:
    if type(value) is not str or value not in _KEYS:
        raise Malformed
    return value


# the registry: one line for each event that this client understands
_READERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "StasisStart": lambda raw: StasisStart(read_channel(raw["channel"]), listed(raw["args"], text)),
    "StasisEnd": lambda raw: StasisEnd(identity(raw["channel"])),
    "ChannelDtmfReceived": lambda raw: ChannelDtmfReceived(
        identity(raw["channel"]), _key(raw["digit"]), number(raw["duration_ms"])
    ),
    "ChannelHangupRequest": lambda raw: ChannelHangupRequest(identity(raw["channel"]), number(raw.get("cause", 0))),
    "ChannelDestroyed": lambda raw: ChannelDestroyed(identity(raw["channel"]), number(raw["cause"])),
    "ChannelStateChange": lambda raw: ChannelStateChange(read_channel(raw["channel"])),
    "PlaybackStarted": lambda raw: PlaybackStarted(read_playback(raw["playback"])),
    "PlaybackFinished": lambda raw: PlaybackFinished(read_playback(raw["playback"])),
    "ChannelEnteredBridge": lambda raw: ChannelEnteredBridge(identity(raw["channel"]), identity(raw["bridge"])),
    "ChannelLeftBridge": lambda raw: ChannelLeftBridge(identity(raw["channel"]), identity(raw["bridge"])),
    "RecordingStarted": lambda raw: RecordingStarted(read_recording(raw["recording"])),
    "ApplicationMoveFailed": lambda raw: ApplicationMoveFailed(identity(raw["channel"]), text(raw["destination"])),
    "ApplicationReplaced": lambda raw: ApplicationReplaced(),
}

UNDERSTOOD = tuple(_READERS)
"""The types of events that have a class here."""


def parse(frame: str | bytes) -> Event | RestResponse:
    """The event or answer that a WebSocket frame tells; `Unknown` for whatever is not understood. Never raises."""
    try:
        raw = json.loads(frame)
    except (ValueError, RecursionError):
        return Unknown("", malformed=True)
    if type(raw) is not dict:
        return Unknown("", malformed=True)
    kind = raw.get("type")
    if type(kind) is not str or len(kind) > 64 or not (kind.isascii() and kind.isalpha()):
        return Unknown("", _channel_of(raw), malformed=True)
    if kind == RestResponse.TYPE:
        request_id = raw.get("request_id")
        return RestResponse(
            request_id if type(request_id) is str else "", raw.get("status_code"), raw.get("message_body")
        )
    reader = _READERS.get(kind)
    if reader is None:
        return Unknown(kind, _channel_of(raw))
    try:
        return reader(raw)
    except (Malformed, KeyError):
        return Unknown(kind, _channel_of(raw), malformed=True)


def _channel_of(raw: dict[str, Any]) -> str | None:
    """The channel of an event that is not understood, if it names one."""
    try:
        return identity(raw.get("channel"))
    except Malformed:
        return None
