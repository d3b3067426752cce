"""Whether anybody else could get a caller's keys or voice: judged from what Asterisk itself says at one moment.

The rule is stricter than it has to be, so that it can be read at a glance: a caller in a capture is in no bridge at
all (so in none that is joined by native_rtp, that is recorded or has external media in it), nobody snoops but an ear
of our own (`pci.hearing`) that nobody else has got at, and no application but ours is told of the channel.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from asterisk_ari import Application, Asterisk, Bridge, Channel
from pci.hearing.ear import Ear

# how Asterisk lists the subscriptions of an application that was opened with subscribeAll
_EVERYTHING: Final = frozenset({"__AST_CHANNEL_ALL_TOPIC", "__AST_ENDPOINT_ALL_TOPIC"})
# dialplan applications that listen in on another channel, which they do not name
_SPIES: Final = frozenset({"ChanSpy", "ExtenSpy"})


class Kind(StrEnum):
    """Why a caller is not alone."""

    BRIDGE = "in-a-bridge"
    LISTENER = "application-subscribed"
    EVERYTHING = "application-hears-endpoint-or-all"
    SNOOP = "snooped-on"
    RECORDED = "recorded"
    HELD = "cannot-be-moved"
    UNSEEN = "asterisk-does-not-tell"


@dataclass(frozen=True, slots=True)
class Breach:
    """One reason why a caller is not alone; `by` names the application or bridge behind it, where there is one."""

    kind: Kind
    by: str = ""

    @property
    def curable(self) -> bool:
        """Whether it can be ended by taking this one caller out of it."""
        return self.kind in (Kind.BRIDGE, Kind.LISTENER)


class LineNotAlone(Exception):
    """Somebody else could get the caller's keys."""

    def __init__(self, breach: Breach) -> None:
        super().__init__()
        self.breach = breach


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that could hear a channel, as Asterisk lists it."""

    applications: tuple[Application, ...]
    bridges: tuple[Bridge, ...]
    channels: tuple[Channel, ...]

    @classmethod
    async def of(cls, asterisk: Asterisk) -> Surroundings:
        """As they are now. `AriError` if Asterisk does not say."""
        return cls(await asterisk.applications(), await asterisk.bridges(), await asterisk.channels())

    def breaches(self, channel: Channel, own_app: str, own_ears: Collection[Ear] = ()) -> list[Breach]:
        """Why the channel is not alone with `own_app`; what cannot be ended by us comes first."""
        others = [app for app in self.applications if app.name != own_app]
        return [
            *(Breach(Kind.EVERYTHING, app.name) for app in others if hears_more_than_channels(app, channel.name)),
            *(
                Breach(Kind.SNOOP)
                for other in self.channels
                if other.running in _SPIES or _listens_in(other, channel, own_ears)
            ),
            *(Breach(Kind.SNOOP, bridge.id) for bridge in self.bridges if _joined(bridge, own_ears)),
            *(Breach(Kind.BRIDGE, bridge.id) for bridge in self.bridges if channel.id in bridge.channel_ids),
            *(Breach(Kind.LISTENER, app.name) for app in others if channel.id in app.channel_ids),
        ]


def _listens_in(other: Channel, channel: Channel, own_ears: Collection[Ear]) -> bool:
    """Whether it is a snoop on the channel that is not ours, or one on a part of an ear of ours."""
    ours = {ear.snoop for ear in own_ears}
    parts = {part for ear in own_ears for part in (ear.snoop, ear.media)}
    on_caller = other.name.startswith(f"Snoop/{channel.id}-") and other.id not in ours
    return on_caller or any(other.name.startswith(f"Snoop/{part}-") for part in parts)


def _joined(bridge: Bridge, own_ears: Collection[Ear]) -> bool:
    """Whether somebody else is in the bridge of an ear of ours, such as a recorder."""
    return any(bridge.id == ear.bridge and set(bridge.channel_ids) - {ear.snoop, ear.media} for ear in own_ears)


def hears_more_than_channels(app: Application, channel_name: str) -> bool:
    """Whether an application gets the keys of a channel such as `PJSIP/trunk-0000002a` without naming that channel.

    The subscription to an endpoint (`PJSIP/trunk`), or to all of a technology (`PJSIP`), brings every key of every
    call over it: measured with Asterisk 22.10.
    """
    endpoint = {channel_name.rpartition("-")[0], channel_name.partition("/")[0]}
    return not (_EVERYTHING | endpoint).isdisjoint((*app.channel_ids, *app.endpoint_ids))
