"""One call that an agent has, from the first ring of their phone until one of the two is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from asterisk_ari import AlreadyExists, AriApp, AriError, NotFound, NotInApplication
from ivr.agents.board import Board
from ivr.agents.hold import Hold
from ivr.agents.matter import Matter
from ivr.agents.phone import AgentPhone
from ivr.agents.states.ringing_again import RingingAgain
from ivr.agents.states.state import Next, Over, State
from ivr.agents.states.talking import Talking
from ivr.agents.view import CallView, Notice, Stage
from ivr.calls.charging import Charging
from ivr.calls.journal import Journal
from ivr.calls.line import Line
from ivr.calls.lookups import Lookups
from ivr.calls.tally import Tally
from ivr.flow.call import CallerHungUp
from ivr.pci_client import PciClient
from ivr.prompts.catalogue import Catalogue
from ivr.store.store import Store

_log = structlog.get_logger()
_GONE: Final = (NotFound, NotInApplication)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What every call of an agent stands on. `tasks` outlive the calls. If `traced`, what a call did is kept."""

    app: AriApp
    board: Board
    store: Store
    pci: PciClient
    prompts: Catalogue
    charging: Charging
    lookups: Lookups
    tally: Tally
    journal: Journal
    traced: bool
    tasks: asyncio.TaskGroup


class Followed(Protocol):
    """Who is told how far a call is, so that it can be found again after a restart."""

    async def reached(self, call: AgentCall) -> None:
        """The call has come to another state; never fails."""


class AgentCall:
    """`caller` is the other end, `phone` the agent's own telephone; both are in `bridge` while they talk."""

    phone: AgentPhone
    state: State
    tasks: asyncio.TaskGroup
    """Those that end with the call."""

    def __init__(self, equipment: Equipment, matter: Matter, agent: str, caller: Line, hold: Hold) -> None:
        self.equipment = equipment
        self.matter = matter
        self.agent = agent
        self.caller = caller
        self.hold = hold
        self.bridge = equipment.app.asterisk.new_id()
        self.endpoint = ""
        self.record = 0
        """Its number in the ledger, if it is written down."""
        self.talked_since: datetime | None = None
        self.left_as_it_is = False
        """Whether this process stops and both talk on: the next one takes the call up again."""
        self.view = CallView(
            matter.call_id,
            Stage.RINGING,
            equipment.board.clock(),
            matter.number,
            queue=matter.queue,
            context=matter.context,
            links=matter.links,
        )
        self._deaf = ExitStack()
        self._joined = False

    @property
    def engaged(self) -> bool:
        """Whether there was more of it than a phone that rang: the agent writes it up."""
        return self.talked_since is not None or self.view.stage is Stage.DIALLING

    async def run(self, first: Callable[[AgentCall], State], followed: Followed | None = None) -> Over:
        """Go from state to state; how it ended for the agent. CallerHungUp and cancellation: the caller is gone.

        Whatever fails here, the agent's phone is put down and the caller is as before: in no bridge, heard by nobody.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                self.tasks = tasks
                self.phone = AgentPhone(self.equipment.app, self.endpoint, tasks, self)
                try:
                    return await self._go_through(first(self), followed)
                finally:
                    self.phone.stop_listening()
        except* CallerHungUp:
            raise CallerHungUp from None
        finally:
            if not self.left_as_it_is:
                await asyncio.shield(self.equipment.tasks.create_task(self._release()))

    def show(self, **changed: object) -> None:
        """The agent sees this of the call from now on."""
        self.view = replace(self.view, **changed)  # type: ignore[arg-type]
        self.equipment.board.show(self.agent, self.view)

    def notice(self, notice: Notice) -> None:
        """The agent is told in words what happened."""
        board = self.equipment.board
        board.put(replace(board.of(self.agent), notice=notice))

    # what states do with the two ends

    async def join(self) -> None:
        """Let both hear each other; whatever the caller keys then, a card perhaps, reaches nobody."""
        asterisk = self.equipment.app.asterisk
        await self.hold.end()
        self._deaf.enter_context(self.caller.deaf())
        with suppress(AlreadyExists):
            await asterisk.create_bridge(bridge_id=self.bridge)
        try:
            await asterisk.add_channel(self.bridge, self.caller.channel_id, absorb_dtmf=True)
        except _GONE:
            raise CallerHungUp from None
        self._joined = True
        try:
            await asterisk.add_channel(self.bridge, self.phone.line.channel_id)
        except _GONE:  # it went as another state was left, which was told in vain
            self.phone_gone(lost=True)
        _log.info("agent_joined", agent=self.agent)

    async def part(self) -> None:
        """Take the caller out of the bridge, where the agent stays; nothing if they are not in it."""
        if not self._joined:
            return
        self._joined = False
        _log.info("agent_parted", agent=self.agent)
        try:
            await self.equipment.app.asterisk.remove_channel(self.bridge, self.caller.channel_id)
        except _GONE:
            pass
        finally:
            self._deaf.close()

    async def put_on_hold(self) -> None:
        """The caller waits, and hears that it goes on."""
        await self.part()
        self.hold.begin()

    def ringing_again(self) -> State:
        """What follows when the agent's phone has dropped out."""
        self.notice(Notice.PHONE_LOST)
        return RingingAgain(self)

    def talking_again(self) -> State:
        """What follows when the caller is back from paying."""
        return Talking(self)

    # what happens on the agent's phone

    def key_pressed(self, key: str) -> None:
        """To whatever state the call is in."""
        self.state.key_pressed(key)

    def phone_gone(self, *, lost: bool) -> None:
        """To whatever state the call is in."""
        self.state.phone_gone(lost=lost)

    # inside

    async def _go_through(self, state: State, followed: Followed | None) -> Over:
        following: Next = state
        try:
            while isinstance(following, State):
                self.state = following
                now = self.equipment.board.clock()
                if following.stage is Stage.TALKING and self.talked_since is None:
                    self.talked_since = now
                self.show(stage=following.stage, since=now)
                _log.info("agent_call", agent=self.agent, state=following.stage)
                if followed is not None:
                    await followed.reached(self)
                following = await following.run()
        except CallerHungUp:
            raise
        except Exception:  # noqa: BLE001 - a state that fails must not leave its caller in silence
            _log.exception("agent_call_failed")
            return Over.LOST
        return following

    async def _release(self) -> None:
        """Part them and put the agent's phone down; what is gone already is fine.

        The caller comes out first: what is played to whom a destroyed bridge is still letting go is never heard.
        """
        try:
            await self.part()
            with suppress(*_GONE):
                await self.equipment.app.asterisk.destroy_bridge(self.bridge)
            await self.phone.hang_up()
        except AriError as error:
            _log.warning("release_failed", reason=type(error).__name__)
        finally:
            self._deaf.close()
