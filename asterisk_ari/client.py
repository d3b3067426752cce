"""The REST verbs: what can be done to channels, bridges, playbacks and applications of one Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from asterisk_ari.errors import AlreadyExists, AnswerUnreadable, NotFound
from asterisk_ari.events import RestResponse
from asterisk_ari.login import AriLogin
from asterisk_ari.model import (
    Application,
    AsteriskInfo,
    Bridge,
    Channel,
    LiveRecording,
    Malformed,
    MediaLeg,
    Playback,
    listed,
    read_application,
    read_bridge,
    read_channel,
    read_info,
    read_media_leg,
    read_playback,
    read_recording,
)
from asterisk_ari.rest import Rest
from asterisk_ari.road import HttpRoad, open_session

REQUEST_TIMEOUT = 10.0
T = TypeVar("T")
_NONE: Mapping[str, str] = MappingProxyType({})
_ID_TAKEN = {409: AlreadyExists}
_NO_SUCH_MEMBER = {400: NotFound}
# of other kinds of media Asterisk 22 starts a playback that never finishes
_MEDIA = ("sound:", "recording:", "number:", "digits:", "characters:", "tone:")
# Asterisk splits the arguments of an application as the dialplan does: these would not arrive as they were sent
_UNSENDABLE = frozenset(",\"'\\()[]{}$")


class Asterisk:
    """One Asterisk, by its REST interface. Every verb raises an `AriError` if it was not done.

    Ids of playbacks, bridges and originated channels are chosen on this side, so that the events they cause can be
    told apart even if they come before the answer. Those of an application's begin with its name and a dash.
    """

    __slots__ = ("_owner", "_rest")

    def __init__(self, rest: Rest, owner: str = "client") -> None:
        self._rest = rest
        self._owner = owner

    @classmethod
    @asynccontextmanager
    async def open(cls, login: AriLogin, *, timeout: float = REQUEST_TIMEOUT) -> AsyncIterator[Asterisk]:
        """The verbs alone, by HTTP, without an application and its events. `timeout` of a request is in seconds."""
        async with open_session(login, timeout) as session:
            yield cls(Rest(HttpRoad(session, login)))

    def new_id(self) -> str:
        """A fresh id for `play`, `originate` or `create_bridge`."""
        return f"{self._owner}-{uuid4()}"

    async def info(self) -> AsteriskInfo:
        """Which Asterisk answers; also a way to find out whether the login is good."""
        return _read(read_info, await self._rest.get("asterisk/info", only="system"))

    # channels

    async def channels(self) -> tuple[Channel, ...]:
        """Every channel there is, in any application or none."""
        return _read_all(read_channel, await self._rest.get("channels"))

    async def channel(self, channel_id: str) -> Channel:
        """One channel as it is now; `NotFound` if it is gone."""
        return _read(read_channel, await self._rest.get(f"channels/{_id(channel_id)}"))

    async def originate(  # noqa: PLR0913 - what Asterisk itself takes
        self,
        endpoint: str,
        app: str,
        args: Sequence[str] = (),
        *,
        caller: str = "",
        channel_id: str = "",
        seconds: int = 30,
        headers: Mapping[str, str] = _NONE,
    ) -> Channel:
        """Call `endpoint` (such as `PJSIP/alice`) for at most `seconds`; once it answers, it comes into `app`.

        `headers` go with the call where it is one by SIP.

        A channel made so keeps a subscription of `app` for life, even when it is moved elsewhere: see `unsubscribe`.
        """
        body: dict[str, object] = {"endpoint": endpoint, "app": app, "appArgs": _joined(args), "timeout": seconds}
        if caller:
            body["callerId"] = caller
        if headers:
            body["variables"] = {f"PJSIP_HEADER(add,{name})": value for name, value in headers.items()}
        path = f"channels/{_id(channel_id or self.new_id())}"
        return _read(read_channel, await self._rest.post(path, body, meaning=_ID_TAKEN))

    async def ring(self, channel_id: str) -> None:
        """Let the caller hear that it rings."""
        await self._rest.post(f"channels/{_id(channel_id)}/ring")

    async def stop_ringing(self, channel_id: str) -> None:
        """Let the caller hear that it rings no more."""
        await self._rest.delete(f"channels/{_id(channel_id)}/ring")

    async def answer(self, channel_id: str) -> None:
        """Take the call."""
        await self._rest.post(f"channels/{_id(channel_id)}/answer")

    async def hang_up(self, channel_id: str, *, reason: str = "normal") -> None:
        """End the call. `reason` is one of ARI's: `normal`, `busy`, `congestion`, `no_answer`..."""
        await self._rest.delete(f"channels/{_id(channel_id)}", reason=reason)

    async def move(self, channel_id: str, app: str, args: Sequence[str] = ()) -> None:
        """Hand the channel to another application.

        That this returns means nothing yet: the channel has moved when `app` gets its StasisStart. It does not
        before the sounds that it plays have ended (stop them first), and if nobody has `app` open it stays here and
        an `ApplicationMoveFailed` comes instead. A client of `app` that has just died is not noticed at once: then
        the channel waits there in silence until `app` is opened again.
        """
        await self._rest.post(f"channels/{_id(channel_id)}/move", {"app": app, "appArgs": _joined(args)})

    async def snoop(self, channel_id: str, app: str, *, snoop_id: str = "") -> Channel:
        """A channel that hears what the person at the far end of this one says; it comes into `app`.

        Not what is played to them, nor their keys, which go on untouched. It stays with the channel through a `move`
        and ends with it: `app` is told by a `StasisEnd`, and by no `ChannelDestroyed`.
        """
        body = {"spy": "in", "whisper": "none", "app": app}
        path = f"channels/{_id(channel_id)}/snoop/{_id(snoop_id or self.new_id())}"
        return _read(read_channel, await self._rest.post(path, body))

    async def external_media(self, app: str, host: str, *, encoding: str = "slin", channel_id: str = "") -> MediaLeg:
        """A channel whose far end is the program at `host` (`127.0.0.1:40000`), by RTP over UDP; it comes into `app`.

        `slin` is 16-bit samples, the high byte first, 8000 a second, in packets of 20 ms. Packets come once it is in
        a bridge with somebody, silence too. Nobody notices when the program is gone: hang the channel up yourself.
        """
        body: dict[str, object] = {
            "channelId": channel_id or self.new_id(),
            "app": app,
            "external_host": host,
            "format": encoding,
            "encapsulation": "rtp",
            "transport": "udp",
        }
        return _read(read_media_leg, await self._rest.post("channels/externalMedia", body))

    # playbacks

    async def play(self, channel_id: str, media: Sequence[str], *, playback_id: str = "") -> Playback:
        """Play sounds such as `sound:hello` to a channel, one after the other, as one playback; returns at once.

        Give a `playback_id` of your own (`new_id`) if it must be known before the first event can come.
        Playbacks of a channel wait for each other, and so does most of what is asked of a channel that is playing:
        `answer` and `add_channel` do not return before its sounds have ended.
        """
        if not media or not all(sound.startswith(_MEDIA) for sound in media):
            raise ValueError(f"what to play must be one or more of {', '.join(_MEDIA)} followed by a name")
        path = f"channels/{_id(channel_id)}/play/{_id(playback_id or self.new_id())}"
        return _read(read_playback, await self._rest.post(path, {"media": list(media)}))

    async def playback(self, playback_id: str) -> Playback:
        """One playback as it is now; `NotFound` once it has ended."""
        return _read(read_playback, await self._rest.get(f"playbacks/{_id(playback_id)}"))

    async def stop_playback(self, playback_id: str) -> None:
        """Fall silent; `NotFound` if the playback has ended by itself."""
        await self._rest.delete(f"playbacks/{_id(playback_id)}")

    # bridges

    async def create_bridge(
        self, kind: Sequence[str] = ("mixing", "proxy_media"), *, name: str = "", bridge_id: str = ""
    ) -> Bridge:
        """A new bridge. The default kind lets Asterisk see the media, and so the keys, of those who are in it."""
        body = {"type": ",".join(kind), "name": name}
        return _read(
            read_bridge, await self._rest.post(f"bridges/{_id(bridge_id or self.new_id())}", body, meaning=_ID_TAKEN)
        )

    async def bridges(self) -> tuple[Bridge, ...]:
        """Every bridge there is, whoever made it."""
        return _read_all(read_bridge, await self._rest.get("bridges"))

    async def bridge(self, bridge_id: str) -> Bridge:
        """One bridge as it is now."""
        return _read(read_bridge, await self._rest.get(f"bridges/{_id(bridge_id)}"))

    async def add_channel(
        self, bridge_id: str, channel_id: str, *, absorb_dtmf: bool = False, mute: bool = False
    ) -> None:
        """Let the channel join; with `absorb_dtmf` nobody there gets its keys, with `mute` nobody hears it."""
        body = {"channel": channel_id, "absorbDTMF": absorb_dtmf, "mute": mute}
        await self._rest.post(f"bridges/{_id(bridge_id)}/addChannel", body, meaning=_NO_SUCH_MEMBER)

    async def remove_channel(self, bridge_id: str, channel_id: str) -> None:
        """Take the channel out of the bridge; it stays in its application. `NotInApplication` if it is not in it."""
        path = f"bridges/{_id(bridge_id)}/removeChannel"
        await self._rest.post(path, {"channel": channel_id}, meaning=_NO_SUCH_MEMBER)

    async def destroy_bridge(self, bridge_id: str) -> None:
        """Close the bridge; the channels in it stay in their applications.

        It lets them go in its own time, and what is played to one of them in that moment may never be heard, and
        never finish: take a channel out that is to hear something.
        """
        await self._rest.delete(f"bridges/{_id(bridge_id)}")

    # recordings

    async def recording(self, name: str) -> LiveRecording:
        """A live recording as it is now; `NotFound` if there is none of this name."""
        return _read(read_recording, await self._rest.get(f"recordings/live/{_id(name)}"))

    async def pause_recording(self, name: str) -> None:
        """Leave out of a live recording what is heard from now on."""
        await self._rest.post(f"recordings/live/{_id(name)}/pause")

    async def resume_recording(self, name: str) -> None:
        """Let a live recording that was paused go on."""
        await self._rest.delete(f"recordings/live/{_id(name)}/pause")

    # phones

    async def set_secret(self, phone: str, secret: str) -> None:
        """From now on a SIP phone registers with this secret and no earlier one. Asterisk keeps it in memory."""
        values = {"auth_type": "userpass", "username": phone, "password": secret}
        fields = [{"attribute": name, "value": value} for name, value in values.items()]
        await self._rest.put(f"asterisk/config/dynamic/res_pjsip/auth/{_id(phone)}", {"fields": fields})

    async def forget_secret(self, phone: str) -> None:
        """The phone registers with no secret any more; `NotFound` if it had none."""
        await self._rest.delete(f"asterisk/config/dynamic/res_pjsip/auth/{_id(phone)}")

    # applications

    async def applications(self) -> tuple[Application, ...]:
        """Every Stasis application that Asterisk knows of, connected or not."""
        return _read_all(read_application, await self._rest.get("applications"))

    async def application(self, name: str) -> Application:
        """One Stasis application; `NotFound` if nobody ever opened it."""
        return _read(read_application, await self._rest.get(f"applications/{_id(name)}"))

    async def subscribe(self, app: str, source: str) -> None:
        """Let `app` have the events of `source`: `channel:ID`, `bridge:ID`, `endpoint:TECH/NAME`."""
        await self._rest.post(f"applications/{_id(app)}/subscription", {"eventSource": source})

    async def unsubscribe(self, app: str, source: str) -> None:
        """Take the events of `source` away from `app`; `NotInApplication` if it has none.

        Subscriptions are counted: one that was made twice has to be taken away twice.
        """
        await self._rest.delete(f"applications/{_id(app)}/subscription", eventSource=source)

    async def tell_only(self, app: str, event_types: Iterable[str]) -> None:
        """Let `app` be told of events of these types (`StasisStart`...) and of no others; of all if there are none.

        That holds for as long as Asterisk knows the application, for later connections too.
        """
        allowed = [{"type": name} for name in event_types]
        if allowed:
            allowed.append({"type": RestResponse.TYPE})
        await self._rest.put(f"applications/{_id(app)}/eventFilter", {"allowed": allowed})


def _id(name: str) -> str:
    return quote(name, safe="", errors="replace")


def _joined(args: Sequence[str]) -> str:
    if any(not arg or arg.isspace() or _UNSENDABLE.intersection(arg) for arg in args):
        raise ValueError("an application's argument is empty or holds one of , \" ' \\ ( ) [ ] { } $")
    return ",".join(args)


def _read(read: Callable[[object], T], value: object) -> T:
    with suppress(Malformed):
        return read(value)
    raise AnswerUnreadable


def _read_all(read: Callable[[object], T], value: object) -> tuple[T, ...]:
    return _read(lambda items: listed(items, read), value)
