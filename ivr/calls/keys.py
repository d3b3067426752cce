"""Keys of a menu or an account number: how long to wait for them, when they are complete, and when they are not.

Only for what the call side may know. Card fields are keyed to the card side, which reads them by code of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from asterisk_ari import ChannelDtmfReceived, Gap, PlaybackFinished
from ivr.flow.call import Keys

Heard = ChannelDtmfReceived | PlaybackFinished | Gap


class Interrupted(Exception):
    """Events were lost here. Which keys were pressed is not known, so none of them counts."""

    def __init__(self, *, over: bool) -> None:
        super().__init__(self.__class__.__doc__)
        self.over = over


async def read_keys(
    heard: asyncio.Queue[Heard], keys: Keys, prompt: str | None, silence: Callable[[str], Awaitable[None]]
) -> str:
    """The keys pressed from now on, without the finishing one; "" if none came in time.

    While the playback `prompt` can be heard there is no hurry; the first key stops it by `silence`. After the
    time-out the keys so far are given, however few. Raises Interrupted at a gap.
    """
    now = asyncio.get_running_loop().time
    entered = ""
    deadline = None if prompt else now() + keys.first_digit_timeout
    while len(entered) < keys.most:
        try:
            async with asyncio.timeout_at(deadline):
                event = await heard.get()
        except TimeoutError:
            break
        if isinstance(event, ChannelDtmfReceived):
            if prompt:
                await silence(prompt)
                prompt = None
            if event.digit == keys.finish_on_key:
                break
            entered += event.digit
            deadline = now() + keys.inter_digit_timeout
        elif isinstance(event, PlaybackFinished):
            if event.playback.id == prompt:
                prompt = None
                deadline = now() + keys.first_digit_timeout
        else:
            raise Interrupted(over=event.over)
    return entered
