"""What Asterisk tells about its channels, bridges, playbacks and applications, as far as this client uses it.

Reading is strict: a `Malformed` is raised for anything that is not of the shape that ARI documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

# far more than Asterisk's own limits (a channel id has at most 149 characters); guards memory, judges nothing
_LONGEST = 8192
_MOST = 10_000

T = TypeVar("T")


class Malformed(ValueError):
    """A JSON value of Asterisk's is not of the documented shape."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One leg of a call. Numbers are in no repr: they are people's, and in `dialled` they may have been keyed."""

    id: str
    name: str = field(repr=False)
    state: str
    """`Down`, `Rsrvd`, `OffHook`, `Dialing`, `Ring`, `Ringing`, `Up`, `Busy`..."""
    caller_number: str = field(default="", repr=False)
    caller_name: str = field(default="", repr=False)
    connected_number: str = field(default="", repr=False)
    dialled: str = field(default="", repr=False)
    """The extension that was dialled, as the dialplan has it."""
    context: str = ""
    running: str = ""
    """The dialplan's application that has the channel: `Stasis` if it is in a Stasis application."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class MediaLeg:
    """A channel whose far end is a program: what its bridge hears is sent there as RTP, from this address."""

    channel: Channel
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A place where channels hear each other."""

    id: str
    type: str
    """`mixing` or `holding`."""
    technology: str = ""
    """How the audio flows at present: `simple_bridge`, `softmix`..."""
    name: str = ""
    channel_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Playback:
    """Sounds that are being played, one after the other, to a channel or a bridge."""

    id: str
    target: str
    """What hears it: `channel:ID` or `bridge:ID`."""
    state: str
    """`queued`, `playing`, `continuing`, `paused`, `done` or `failed`."""
    media: str = field(default="", repr=False)
    """The sound that plays now; not in a repr, since sounds may spell a number."""

    @property
    def channel_id(self) -> str | None:
        """The channel that hears it, if it is one."""
        kind, _, name = self.target.partition(":")
        return name if kind == "channel" else None


@dataclass(frozen=True, slots=True)
class LiveRecording:
    """What is being recorded of a channel or a bridge."""

    name: str
    target: str
    """What is recorded: `channel:ID` or `bridge:ID`."""
    state: str
    """`queued`, `recording`, `paused`, `done`, `failed` or `canceled`."""

    @property
    def channel_id(self) -> str | None:
        """The channel that is recorded, if it is one."""
        kind, _, name = self.target.partition(":")
        return name if kind == "channel" else None


@dataclass(frozen=True, slots=True)
class Application:
    """A Stasis application and what it is subscribed to: every channel in it, and perhaps others."""

    name: str
    channel_ids: tuple[str, ...] = ()
    bridge_ids: tuple[str, ...] = ()
    endpoint_ids: tuple[str, ...] = ()
    """`TECH/NAME` or `TECH`: the application gets the events, pressed keys too, of every channel of these."""


@dataclass(frozen=True, slots=True)
class AsteriskInfo:
    """Which Asterisk answers."""

    version: str
    entity_id: str


def text(value: object) -> str:
    """`value` if it is a string of a sane length."""
    if type(value) is not str or len(value) > _LONGEST:
        raise Malformed
    return value


def number(value: object) -> int:
    """`value` if it is an integer of a sane size."""
    if type(value) is not int or not -(2**53) < value < 2**53:
        raise Malformed
    return value


def listed(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    """A JSON list with each item read by `read`."""
    if type(value) is not list or len(value) > _MOST:
        raise Malformed
    return tuple([read(item) for item in value])


def _fields(value: object) -> dict[str, Any]:
    if type(value) is not dict:
        raise Malformed
    return value


def read_channel(value: object) -> Channel:
    """A channel from its JSON value."""
    raw = _fields(value)
    caller, connected, dialplan = (_fields(raw.get(key, {})) for key in ("caller", "connected", "dialplan"))
    return Channel(
        id=identity(raw),
        name=text(raw.get("name", "")),
        state=text(raw.get("state", "")),
        caller_number=text(caller.get("number", "")),
        caller_name=text(caller.get("name", "")),
        connected_number=text(connected.get("number", "")),
        dialled=text(dialplan.get("exten", "")),
        context=text(dialplan.get("context", "")),
        running=text(dialplan.get("app_name", "")),
        language=text(raw.get("language", "")),
    )


def read_media_leg(value: object) -> MediaLeg:
    """A channel of external media from its JSON value, which holds where its packets come from."""
    channel, variables = read_channel(value), _fields(_fields(value).get("channelvars"))
    port = text(variables.get("UNICASTRTP_LOCAL_PORT"))
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise Malformed
    return MediaLeg(channel, text(variables.get("UNICASTRTP_LOCAL_ADDRESS")), int(port))


def identity(value: object) -> str:
    """The id of a channel, bridge or playback from its JSON value; it is never empty."""
    found = text(_fields(value).get("id"))
    if not found:
        raise Malformed
    return found


def read_bridge(value: object) -> Bridge:
    """A bridge from its JSON value."""
    raw = _fields(value)
    return Bridge(
        id=identity(raw),
        type=text(raw.get("bridge_type", "")),
        technology=text(raw.get("technology", "")),
        name=text(raw.get("name", "")),
        channel_ids=listed(raw.get("channels", []), text),
    )


def read_playback(value: object) -> Playback:
    """A playback from its JSON value."""
    raw = _fields(value)
    return Playback(
        id=identity(raw),
        target=text(raw.get("target_uri")),
        state=text(raw.get("state")),
        media=text(raw.get("media_uri", "")),
    )


def read_recording(value: object) -> LiveRecording:
    """A live recording from its JSON value."""
    raw = _fields(value)
    return LiveRecording(text(raw.get("name")), text(raw.get("target_uri")), text(raw.get("state")))


def read_application(value: object) -> Application:
    """A Stasis application from its JSON value."""
    raw = _fields(value)
    return Application(
        name=text(raw.get("name")),
        channel_ids=listed(raw.get("channel_ids", []), text),
        bridge_ids=listed(raw.get("bridge_ids", []), text),
        endpoint_ids=listed(raw.get("endpoint_ids", []), text),
    )


def read_info(value: object) -> AsteriskInfo:
    """Which Asterisk answers, from the JSON value of its `system` information."""
    system = _fields(_fields(value).get("system"))
    return AsteriskInfo(version=text(system.get("version")), entity_id=text(system.get("entity_id", "")))
