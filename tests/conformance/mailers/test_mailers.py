"""What every mailer does alike: the shipped fake, and SMTP with STARTTLS and a login to a server of others."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.notify.errors import (
    DestinationRefused,
    GatewayUnreachable,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.memory import MemoryMailer
from ivr.notify.port import Email, Mailer
from ivr.notify.smtp import Security, Sender, SmtpMailer, SmtpServer
from tests.standins.mail_server import FULL, GONE, PASSWORD, SPAM, USER, mail_server

PRIVATE = "nobody but its receiver reads this"
WHEN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
EMAIL = Email("ada@example.com", "Paiement reçu pour la facture INV-1", f"{PRIVATE}: 125,40 €", "c1.1:approved", WHEN)
SENDER = Sender("billing@acme.example", "Acme, Billing")


@asynccontextmanager
async def in_memory(_folder: Path) -> AsyncIterator[Mailer]:
    mailer = MemoryMailer()
    mailer.faults = {GONE: DestinationRefused(550), FULL: Throttled(452), SPAM: MessageRefused(554)}
    yield mailer


@asynccontextmanager
async def by_smtp(folder: Path) -> AsyncIterator[Mailer]:
    async with mail_server(folder) as server:
        login = SmtpServer("localhost", server.port, Security.STARTTLS, USER, PASSWORD, server.ca_file)
        yield SmtpMailer(login, SENDER)


@pytest.fixture(params=[in_memory, by_smtp], ids=["memory", "smtp"])
async def mailer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mailer]:
    async with request.param(tmp_path) as opened:
        yield opened


async def test_given_an_email_then_its_id_is_the_same_each_time_and_another_for_another(mailer: Mailer) -> None:
    first = await mailer.send(EMAIL)
    assert first == await mailer.send(EMAIL)
    assert first != await mailer.send(replace(EMAIL, key="c1.2:approved"))


@pytest.mark.parametrize(
    ("to", "error", "retryable"),
    [(GONE, DestinationRefused, False), (FULL, Throttled, True), (SPAM, MessageRefused, False)],
)
async def test_given_a_refusal_then_it_says_whether_to_try_again_and_nothing_of_the_email(
    mailer: Mailer, to: str, error: type[NotifyError], retryable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(error) as caught:
        await mailer.send(replace(EMAIL, to=to))
    assert caught.value.retryable is retryable
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]  # aiosmtpd's
    told = "".join([*ours, repr(caught.value), str(caught.value)])
    assert [secret for secret in (PASSWORD, PRIVATE, to) if secret in told] == []
    assert await mailer.send(EMAIL)  # the next one goes out


async def test_given_an_email_by_smtp_then_it_arrives_with_its_headers_and_words(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as server:
        login = SmtpServer("localhost", server.port, Security.STARTTLS, USER, PASSWORD, server.ca_file)
        message_id = await SmtpMailer(login, SENDER).send(EMAIL)
    ((to, message),) = server.taken
    assert (to, message["To"], message["From"]) == (EMAIL.to, EMAIL.to, '"Acme, Billing" <billing@acme.example>')
    assert (message["Subject"], message["Message-ID"]) == (EMAIL.subject, message_id)
    assert message["Date"].datetime == WHEN
    assert message.get_content().strip() == EMAIL.text
    assert set(message.keys()) >= {"MIME-Version", "Auto-Submitted"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"password": "wrong"}, LoginRefused),
        ({"user": "", "password": ""}, LoginRefused),
        ({"ca_file": None}, GatewayUnreachable),
    ],
    ids=["wrong-password", "no-login", "unknown-authority"],
)
async def test_given_a_server_that_is_not_as_told_then_nothing_is_sent_and_it_is_tried_again(
    tmp_path: Path, changes: dict[str, object], error: type[NotifyError]
) -> None:
    async with mail_server(tmp_path) as server:
        login = SmtpServer("localhost", server.port, Security.STARTTLS, USER, PASSWORD, server.ca_file)
        with pytest.raises(error) as caught:
            await SmtpMailer(replace(login, **changes), SENDER).send(EMAIL)  # type: ignore[arg-type]
    assert caught.value.retryable
    assert server.taken == []


async def test_given_no_server_then_it_is_unreachable_and_tried_again(tmp_path: Path) -> None:
    async with mail_server(tmp_path) as server:
        pass
    with pytest.raises(GatewayUnreachable):
        await SmtpMailer(SmtpServer("localhost", server.port, ca_file=server.ca_file), SENDER).send(EMAIL)


@pytest.mark.parametrize(
    ("field", "value"),
    [("to", "ada@example.com\r\nBcc: eve@example.com"), ("subject", "Paid\r\nBcc: eve@example.com"), ("text", "")],
)
def test_given_a_header_inside_a_value_then_there_is_no_such_email(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        replace(EMAIL, **{field: value})  # type: ignore[arg-type]


def test_given_no_encryption_then_only_this_machine_is_spoken_to() -> None:
    with pytest.raises(ValueError, match="only for a server on this machine"):
        SmtpServer("mail.example.com", 25, Security.NONE)
    assert SmtpServer("127.0.0.1", 25, Security.NONE).host == "127.0.0.1"
