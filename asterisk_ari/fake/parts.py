"""The parts of the fake Asterisk: channels, bridges, playbacks and applications, and how ARI shows them."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asterisk_ari.fake.media import FakeMedia

LETTING_GO_SECONDS = 0.05


def now() -> str:
    """The time as Asterisk writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


class Refusal(Exception):
    """The fake says no, with an HTTP status and ARI's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class Line:
    """A WebSocket on which one application is told its events; frames wait here until they are sent."""

    def __init__(self, drop: Callable[[], None], freeze: Callable[[], None]) -> None:
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.drop = drop
        """Cut the connection without a word."""
        self.freeze = freeze
        """Leave the connection open, but never read from it or answer on it again."""


@dataclass(slots=True, eq=False)
class FakeApp:
    """A Stasis application. `line` is None while nobody has it open."""

    name: str
    line: Line | None = None
    subscriptions: Counter[str] = field(default_factory=Counter)
    allowed: frozenset[str] = frozenset()
    """The types of events that are told; all if there are none."""

    def hears(self, source: str) -> bool:
        """Whether events of `source` are told to this application."""
        return self.subscriptions[source] > 0

    def lets_through(self, event: str) -> bool:
        """Whether events of this type are told at all."""
        return not self.allowed or event in self.allowed

    def unsubscribe(self, source: str) -> None:
        """Take one subscription away; the source is heard until the last one is gone."""
        self.subscriptions[source] -= 1
        self.subscriptions += Counter()  # forgets what is down to nothing

    def show(self) -> dict[str, object]:
        """As ARI shows it."""
        subscribed = [source.partition(":") for source in self.subscriptions]
        return {
            "name": self.name,
            "channel_ids": [name for kind, _, name in subscribed if kind == "channel"],
            "bridge_ids": [name for kind, _, name in subscribed if kind == "bridge"],
            "endpoint_ids": [],
            "device_names": [],
            "events_allowed": [{"type": name} for name in self.allowed],
            "events_disallowed": [],
        }


@dataclass(slots=True, eq=False)
class FakePlayback:
    """Sounds being played to a channel, one after the other."""

    id: str
    channel: FakeChannel
    media: list[str]
    state: str = "queued"
    position: int = 0
    timer: asyncio.TimerHandle | None = None

    def show(self) -> dict[str, object]:
        """As ARI shows it."""
        shown: dict[str, object] = {
            "id": self.id,
            "media_uri": self.media[self.position],
            "target_uri": f"channel:{self.channel.id}",
            "language": "en",
            "state": self.state,
        }
        if self.position + 1 < len(self.media):
            shown["next_media_uri"] = self.media[self.position + 1]
        return shown


@dataclass(slots=True, eq=False)
class FakeChannel:
    """A channel. What is asked of it is done in turn, and not while it plays: `queue` is what has to wait."""

    id: str
    name: str
    dialled: str
    caller: str = field(default="", repr=False)
    state: str = "Ring"
    app: FakeApp | None = None
    bridge: FakeBridge | None = None
    playing: FakePlayback | None = None
    queue: deque[tuple[Callable[[], None], asyncio.Future[None]]] = field(default_factory=deque, repr=False)
    played: list[str] = field(default_factory=list, repr=False)
    keys_heard: str = field(default="", repr=False)
    hears_ringing: bool = False
    cause: int | None = None
    awaited: tuple[str, list[str]] | None = None
    """Where the channel goes when the person who is called picks up."""
    snoops_on: FakeChannel | None = field(default=None, repr=False)
    """The channel whose person is heard through this one."""
    media: FakeMedia | None = field(default=None, repr=False)
    """Where sound goes that reaches the far end, if a program is there."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """What goes with a call that is made."""
    let_go: float | None = None
    """When a destroyed bridge let go of it, by the clock of the loop."""
    born: str = field(default_factory=now)

    @property
    def just_let_go(self) -> bool:
        """Whether what is played now is lost. A real Asterisk loses some of it, the fake all: then tests fail."""
        return self.let_go is not None and asyncio.get_running_loop().time() < self.let_go + LETTING_GO_SECONDS

    def show(self) -> dict[str, object]:
        """As ARI shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": "",
            "caller": {"name": "", "number": self.caller},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": "incoming",
                "exten": self.dialled,
                "priority": 1,
                "app_name": "Stasis" if self.app else "AppDial2",
                "app_data": self.app.name if self.app else "",
            },
            "creationtime": self.born,
            "language": "en",
        }


@dataclass(slots=True, eq=False)
class FakeBridge:
    """A bridge. `members` maps a channel to whether its keys are kept from the others."""

    id: str
    kinds: list[str]
    name: str = ""
    members: dict[FakeChannel, bool] = field(default_factory=dict)
    born: str = field(default_factory=now)

    def show(self) -> dict[str, object]:
        """As ARI shows it."""
        holding = "holding" in self.kinds
        return {
            "id": self.id,
            "technology": "holding_bridge" if holding else "simple_bridge",
            "bridge_type": "holding" if holding else "mixing",
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": self.name,
            "channels": [channel.id for channel in self.members],
            "creationtime": self.born,
            "video_mode": "talker",
        }
