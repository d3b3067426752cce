"""How long the way back waits for the keys to be quiet, in virtual time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import cast

import pytest

from asterisk_ari import Asterisk, Channel, ChannelDtmfReceived, Event, StasisEnd
from pci.capture.line import CallerGone, Line, Patience, now
from tests.virtual_time import run

PATIENCE = Patience()


class Caller:
    """A caller whose last key was let go at 0 s, and Asterisk as far as the way back goes."""

    def __init__(self, held: float) -> None:
        self.coming: deque[Event] = deque([ChannelDtmfReceived("c", "4", int(held * 1000))])
        self.moved_at: float | None = None
        self.hung_up_at: float | None = None

    async def next(self) -> Event:
        if not self.coming:
            await asyncio.sleep(3600)
        return self.coming.popleft()

    async def move(self, channel_id: str, app: str, args: Sequence[str]) -> None:
        self.moved_at = now()
        self.coming.append(StasisEnd(channel_id))

    async def hang_up(self, channel_id: str) -> None:
        self.hung_up_at = now()


async def give_back(caller: Caller) -> None:
    line = Line(cast(Asterisk, caller), caller, Channel("c", "PJSIP/x-1", "Up"), "pci", PATIENCE)
    line._ours, line.alone_since = True, 0.0
    await line.next(1.0)
    await line.give_back("ivr", ())


@pytest.mark.parametrize("held", [0.0, 0.08, 1.0, 3.5])
def test_given_a_last_key_then_the_way_back_waits_for_a_second_and_the_length_of_that_key(held: float) -> None:
    caller = Caller(held)
    run(give_back(caller))
    assert caller.moved_at == pytest.approx(PATIENCE.quiet + held)


def test_given_a_last_key_of_many_seconds_then_the_call_is_ended_and_not_given_back() -> None:
    caller = Caller(PATIENCE.quiet_at_most)
    with pytest.raises(CallerGone):
        run(give_back(caller))
    assert caller.moved_at is None
    assert caller.hung_up_at == pytest.approx(PATIENCE.quiet_at_most)
