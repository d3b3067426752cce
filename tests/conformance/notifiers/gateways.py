"""Every gateway that the notifiers are held against, behind one small interface.

`smpp34` and `npm-smpp` are SMSCs written by others, `npm-twilio` a Twilio mock written by others. The mock takes
every message and checks no login, so Twilio's refusals are played by `stand-in`, which is ours: it says what Twilio's
documentation says, and proves no more than that. smpp34 lets every login in.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import aiohttp

from ivr.notify.errors import DestinationRefused, GatewayUnreachable, LoginRefused, Throttled
from ivr.notify.memory import MemoryNotifier
from ivr.notify.port import Notifier
from ivr.notify.smpp import SmppLogin, SmppNotifier
from ivr.notify.twilio import TwilioAccount, TwilioNotifier
from stack.node_peers import command
from stack.processes import Process, running
from tests.conformance.notifiers.twilio_stand_in import ACCOUNT, StandIn

TAKING = ("memory", "smpp34", "npm-smpp", "npm-twilio", "stand-in")
REFUSING = ("memory", "smpp34", "npm-smpp", "stand-in")
CHECKING_LOGINS = ("memory", "npm-smpp", "stand-in")
PASSWORD, WRONG_PASSWORD = "s3cr-pw1", "s3cr-pw2"
SENDER = "Tonewall"
PRIVATE_TEXT = "nobody but its receiver reads this"
INVALID, THROTTLED = "+15550000011", "+15550000088"


class Gateway(Protocol):
    """A running gateway."""

    def notifier(self, password: str = PASSWORD) -> AbstractAsyncContextManager[Notifier]:
        """The adapter under test, logged in with this password."""

    async def received(self, message_id: str) -> tuple[str, str]:
        """The number and the text of a message that it took."""

    async def stop(self) -> None:
        """End it: nobody listens any more."""


@asynccontextmanager
async def running_gateway(name: str, folder: Path) -> AsyncIterator[Gateway]:
    """The gateway of this name; `NodePeersMissing` if it runs on Node and is not installed."""
    if name == "memory":
        yield MemoryGateway()
    elif name == "stand-in":
        async with StandIn.running(PASSWORD) as stand_in:
            yield StandInGateway(stand_in)
    else:
        (folder / "password").write_text(PASSWORD)
        async with running(name, start_command(name, folder / "password")) as process:
            ready = await process.expect(lambda line: bool(line.get("ready")))
            yield (MockGateway if name == "npm-twilio" else SmscGateway)(process, ready["port"])


def start_command(name: str, password_file: Path) -> list[str]:
    """How to start a gateway that is a program of its own."""
    match name:
        case "smpp34":
            return [sys.executable, "-m", "stack.smsc", "--port", "0"]
        case "npm-smpp":
            return command("smsc.js", "tonewall", str(password_file))
        case _:
            return command("twilio.js")


class MemoryGateway:
    """The shipped fake."""

    def __init__(self) -> None:
        self._memory = MemoryNotifier()
        self._memory.faults = {INVALID: DestinationRefused(), THROTTLED: Throttled()}

    @asynccontextmanager
    async def notifier(self, password: str = PASSWORD) -> AsyncIterator[Notifier]:
        self._memory.fault = None if password == PASSWORD else LoginRefused()
        yield self._memory

    async def received(self, message_id: str) -> tuple[str, str]:
        sms = self._memory.sent[int(message_id) - 1]
        return sms.to, sms.text

    async def stop(self) -> None:
        self._memory.fault = GatewayUnreachable()


class SmscGateway:
    """An SMSC that prints what it takes."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self._port = port

    def notifier(self, password: str = PASSWORD) -> AbstractAsyncContextManager[Notifier]:
        return SmppNotifier.open(SmppLogin("127.0.0.1", self._port, "tonewall", password), SENDER)

    async def received(self, message_id: str) -> tuple[str, str]:
        line = await self._process.expect(lambda line: line.get("message_id") == message_id)
        assert line["from"] == SENDER
        return line["to"], line["text"]

    async def stop(self) -> None:
        await self._process.stop()


class MockGateway:
    """The Twilio mock from npm: it keeps what it takes for whoever asks."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self._url = f"http://127.0.0.1:{port}"

    def notifier(self, password: str = PASSWORD) -> AbstractAsyncContextManager[Notifier]:
        return TwilioNotifier.open(TwilioAccount(self._url, ACCOUNT, password), SENDER)

    async def received(self, message_id: str) -> tuple[str, str]:
        async with aiohttp.ClientSession() as session, session.get(f"{self._url}/api/messages") as answer:
            (message,) = [message for message in await answer.json() if message["sid"] == message_id]
        assert (message["from"], message["account_sid"]) == (SENDER, ACCOUNT)
        return message["to"], message["body"]

    async def stop(self) -> None:
        await self._process.stop()


class StandInGateway:
    """Twilio's refusals, as its documentation has them."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def notifier(self, password: str = PASSWORD) -> AbstractAsyncContextManager[Notifier]:
        return TwilioNotifier.open(TwilioAccount(self._stand_in.url, ACCOUNT, password), SENDER)

    async def received(self, message_id: str) -> tuple[str, str]:
        message = self._stand_in.messages[message_id]
        assert message["From"] == SENDER
        return message["To"], message["Body"]

    async def stop(self) -> None:
        await self._stand_in.stop()
