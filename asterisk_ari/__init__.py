"""A typed asyncio client for the Asterisk REST Interface (ARI).

    from asterisk_ari import AriApp, AriLogin, ChannelDestroyed, ChannelDtmfReceived, Gap

    login = AriLogin("http://127.0.0.1:8088", "alice", "secret")
    async with AriApp.open(login, "hello") as app:
        async for start in app.arrivals():                      # somebody dialled into Stasis(hello)
            with app.watch(start.channel_id) as events:         # the events of this channel, in order
                await app.asterisk.answer(start.channel_id)
                await app.asterisk.play(start.channel_id, ["sound:hello-world"])
                async for event in events:                      # ends when the channel does
                    match event:
                        case ChannelDtmfReceived(digit="#"):
                            await app.asterisk.hang_up(start.channel_id)
                        case Gap():
                            ...                                 # keys may have been lost: ask again

What it promises:

* Events are frozen dataclasses. One that this client does not know is an `Unknown`; nothing that Asterisk sends makes
  it crash.
* The events of a channel come in their order, to whoever watches it, from a queue that is bounded.
* A dropped connection is opened again with growing, jittered pauses. Every reader gets a `Gap` when it drops and one
  when it is back, then what was missed as far as it can be found out. So a lost key is never taken for silence.
* Two clients for one application: the older one ends with `ApplicationTaken`. It does not fight.
* Requests go by HTTP or as frames on the WebSocket that brings the events (`AriLogin.by_frames`, and always to the
  unix socket of a gate: `AriSocket`). The verbs, their errors and the order of events are the same on every road.
* The ids that an application chooses for bridges, playbacks and calls begin with its name and a dash.
* The password travels in a header. It is in no URL, repr, log line or exception, nor is a pressed key.

`asterisk_ari.fake.FakeAsterisk` is an Asterisk for tests, in-process, that speaks ARI on a loopback port and is held
to the same tests as a real one. Needs aiohttp and structlog; knows Asterisk 20 to 22.
"""

from asterisk_ari.app import AriApp
from asterisk_ari.client import Asterisk
from asterisk_ari.errors import (
    AlreadyExists,
    AnswerUnreadable,
    ApplicationClosed,
    ApplicationTaken,
    AriError,
    AriRefused,
    AriUnreachable,
    ChannelGone,
    LoginRefused,
    NotAllowed,
    NotFound,
    NotInApplication,
    StreamEnded,
    WrongPeer,
)
from asterisk_ari.events import (
    ApplicationMoveFailed,
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelLeftBridge,
    ChannelStateChange,
    Event,
    Gap,
    PlaybackFinished,
    PlaybackStarted,
    RecordingStarted,
    StasisEnd,
    StasisStart,
    Unknown,
)
from asterisk_ari.login import AriLogin, AriSocket
from asterisk_ari.model import Application, AsteriskInfo, Bridge, Channel, LiveRecording, MediaLeg, Playback
from asterisk_ari.watch import Watch

__all__ = [
    "AlreadyExists",
    "AnswerUnreadable",
    "Application",
    "ApplicationClosed",
    "ApplicationMoveFailed",
    "ApplicationReplaced",
    "ApplicationTaken",
    "AriApp",
    "AriError",
    "AriLogin",
    "AriRefused",
    "AriSocket",
    "AriUnreachable",
    "Asterisk",
    "AsteriskInfo",
    "Bridge",
    "Channel",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelGone",
    "ChannelHangupRequest",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "Event",
    "Gap",
    "LiveRecording",
    "LoginRefused",
    "MediaLeg",
    "NotAllowed",
    "NotFound",
    "NotInApplication",
    "Playback",
    "PlaybackFinished",
    "PlaybackStarted",
    "RecordingStarted",
    "StasisEnd",
    "StasisStart",
    "StreamEnded",
    "Unknown",
    "Watch",
    "WrongPeer",
]
