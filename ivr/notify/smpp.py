"""Text messages by SMPP 3.4, the protocol that carriers speak."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiosmpplib import NPI, TON, BindTransmitter, PhoneNumber, SubmitSm  # type: ignore[import-untyped]

from ivr.notify.errors import (
    DestinationRefused,
    GatewayFailed,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.port import Sms
from ivr.notify.smpp_session import Patience, Session

_NOT_BOUND: Final = 0x04
# command_status values of SMPP 3.4, section 5.1.3; what is not listed is a fault of the message
_ERRORS: Final[dict[int, type[NotifyError]]] = {
    _NOT_BOUND: GatewayFailed,
    0x08: GatewayFailed,  # system error
    0x0B: DestinationRefused,
    0x0D: LoginRefused,  # bind failed
    0x0E: LoginRefused,  # invalid password
    0x0F: LoginRefused,  # invalid system id
    0x14: Throttled,  # message queue full
    0x45: GatewayFailed,  # submit failed
    0x50: DestinationRefused,
    0x51: DestinationRefused,
    0x58: Throttled,
    0x64: GatewayFailed,  # the receiving application says: temporary
    0xFE: GatewayFailed,
    0xFF: GatewayFailed,
}
_VENDORS_OWN: Final = 0x400  # from here on nobody knows what it means, so trying again is the safe reading
_RETURN_NO_RECEIPT: Final = 0
_SENDER = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 .&_-]{1,11}")


@dataclass(frozen=True, slots=True)
class SmppLogin:
    """Where the gateway is and how to log in; the limits are those of SMPP 3.4."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not (self.system_id.isascii() and 0 < len(self.system_id) <= 15):
            raise ValueError("the SMPP system_id has 1 to 15 ASCII characters")
        if not (self.password.isascii() and len(self.password) <= 8):
            raise ValueError("the SMPP password has at most 8 ASCII characters: SMPP 3.4 can carry no more")


class SmppNotifier:
    """Sends by an SMPP gateway. It binds when there is something to send and stays bound. Made by `open`."""

    def __init__(self, login: SmppLogin, sender: str, patience: Patience, tasks: asyncio.TaskGroup) -> None:
        self._login = login
        self._sender = _sender_address(sender)
        self._patience = patience
        self._tasks = tasks
        self._session: Session | None = None
        self._binding = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, login: SmppLogin, sender: str, patience: Patience | None = None
    ) -> AsyncIterator[SmppNotifier]:
        """A notifier that unbinds at the end. `sender` is a number or a name of up to 11 characters."""
        tasks = asyncio.TaskGroup()
        notifier = cls(login, sender, patience or Patience(), tasks)
        await tasks.__aenter__()
        try:
            yield notifier
        finally:
            if notifier._session is not None:
                await notifier._session.unbind()
            # told of no error, so that what happened inside is not wrapped in an exception group
            await tasks.__aexit__(None, None, None)

    async def send(self, sms: Sms) -> str:
        """Hand it to the gateway; the gateway's id of it. See `Notifier`."""
        session = await self._bound_session()
        answer = await session.ask(self._submit(sms))
        if answer.status == _NOT_BOUND:  # it was started anew behind its balancer: the next try binds
            session.close()
        if answer.status:
            raise _error(answer.status)
        return answer.body.partition(b"\0")[0].decode("ascii", "replace")

    async def _bound_session(self) -> Session:
        async with self._binding:
            if self._session is None or self._session.over:
                self._session = await self._bind()
            return self._session

    async def _bind(self) -> Session:
        login = self._login
        session = await Session.connect(login.host, login.port, self._patience)
        self._tasks.create_task(session.run())
        try:
            answer = await session.ask(BindTransmitter(system_id=login.system_id, password=login.password))
            if answer.status:
                raise LoginRefused(answer.status) if answer.status not in _ERRORS else _error(answer.status)
        except BaseException:
            session.close()
            raise
        return session

    def _submit(self, sms: Sms) -> SubmitSm:
        # GSM 03.38 where the text allows it, else UCS-2; what is too long for a short message goes as its payload
        return SubmitSm(
            short_message=sms.text,
            source=self._sender,
            destination=PhoneNumber(sms.to.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN),
            registered_delivery=_RETURN_NO_RECEIPT,
        )


def _sender_address(sender: str) -> PhoneNumber:
    if not _SENDER.fullmatch(sender):
        raise ValueError("the SMS sender is a number such as +15550100100 or a name of up to 11 characters")
    if sender.startswith("+"):
        return PhoneNumber(sender.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN)
    if sender.isdigit():
        return PhoneNumber(sender, TON.NETWORK_SPECIFIC, NPI.UNKNOWN)
    return PhoneNumber(sender, TON.ALPHANUMERIC, NPI.UNKNOWN)


def _error(status: int) -> NotifyError:
    return _ERRORS.get(status, GatewayFailed if status >= _VENDORS_OWN else MessageRefused)(status)
