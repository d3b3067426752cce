"""Sends what the ledger's outbox holds, until the gateway has taken it.

At least once: a crash between the gateway's yes and our note of it sends the same text again. What becomes of a
message never touches the payment that it speaks of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Never

import structlog

from ivr.notify.carriers import Carrier
from ivr.notify.errors import GatewayFailed, NotifyError
from ivr.store.errors import StoreError
from ivr.store.outbox import Outbox, OutboxMessage

# nine tries in about eighteen hours: a gateway's night is survived, and the news is still news
BACK_OFF: Final[Sequence[timedelta]] = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900, 3600, 14400, 43200))
# rows that another process wrote ring no bell here
_LOOK_AGAIN: Final = timedelta(minutes=1)

_log = structlog.get_logger()


class OutboxWorker:
    """Takes the messages of one carrier from the outbox and hands them to it, one at a time."""

    def __init__(self, outbox: Outbox, carrier: Carrier, back_off: Sequence[timedelta] = BACK_OFF) -> None:
        self._outbox = outbox
        self._carrier = carrier
        self._kind = carrier.kind
        self._receiver = carrier.to  # a program; people have no name here
        self._written = outbox.bell(carrier.kind)
        self._back_off = back_off

    async def run(self) -> Never:
        """Work until cancelled; it starts at once when a message is written."""
        while True:
            self._written.clear()
            pause = _LOOK_AGAIN
            try:
                await self.send_due()
                pause = min(await self._outbox.time_to_next(self._kind, self._receiver) or _LOOK_AGAIN, _LOOK_AGAIN)
            except StoreError:
                _log.error("outbox_unavailable")
            await self._rest(pause)

    async def send_due(self) -> None:
        """Try every message that is due now, once."""
        while (message := await self._outbox.take(self._kind, self._receiver)) is not None:
            try:
                gateway_message_id = await self._send(message)
            except NotifyError as error:
                await self._not_sent(message, error)
            else:
                await self._outbox.mark_sent(message, gateway_message_id)
                _log.info(
                    f"{self._kind}_sent", outbox_id=message.id, attempt=message.attempts, receiver=self._receiver
                )

    async def _rest(self, pause: timedelta) -> None:
        try:
            async with asyncio.timeout(pause.total_seconds()):
                await self._written.wait()
        except TimeoutError:
            pass

    async def _send(self, message: OutboxMessage) -> str:
        try:
            return await self._carrier.carry(message)
        except NotifyError:
            raise
        except Exception as error:  # noqa: BLE001 - a gateway's surprise must not end the calls beside it
            _log.error(f"{self._kind}_sending_broke", outbox_id=message.id, error_type=type(error).__name__)
            raise GatewayFailed from None

    async def _not_sent(self, message: OutboxMessage, error: NotifyError) -> None:
        facts = {
            "outbox_id": message.id,
            "attempt": message.attempts,
            "receiver": self._receiver,
            "reason": str(error),
        }
        if not error.retryable or message.attempts > len(self._back_off):
            await self._outbox.give_up(message)
            _log.error(f"{self._kind}_given_up", **facts)
            return
        pause = self._back_off[message.attempts - 1]
        await self._outbox.try_again(message, pause)
        _log.warning(f"{self._kind}_put_off", seconds=pause.total_seconds(), **facts)
