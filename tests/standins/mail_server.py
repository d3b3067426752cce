"""A mail server of others (aiosmtpd): with STARTTLS, a login, and addresses that it refuses."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.standins.certificates import make_certificate

USER, PASSWORD = "billing", "mail-s3cret"
GONE, FULL, SPAM = "gone@example.com", "full@example.com", "spam@example.com"
_REFUSED = {GONE: "550 5.1.1 no such mailbox", FULL: "452 4.2.2 mailbox full"}


@dataclass
class MailServer:
    """`taken` are the e-mails that arrived, each with the address in the envelope."""

    port: int
    ca_file: Path
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Take the address, or not."""
        if address in _REFUSED:
            return _REFUSED[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take the e-mail, or not."""
        if SPAM in envelope.rcpt_tos:
            return "554 5.7.1 looks like spam"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        return "250 queued"


@asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[MailServer]:
    """Running on a free port of loopback."""
    certificate, key = make_certificate(folder, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    mail = MailServer(0, certificate)

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
        given = (login.login, login.password) if isinstance(login, LoginPassword) else None
        return AuthResult(success=given == (USER.encode(), PASSWORD.encode()), handled=False)

    def smtp() -> SMTP:
        return SMTP(
            mail,
            hostname="localhost",
            tls_context=context,
            authenticator=check,
            auth_required=True,
            require_starttls=True,
        )

    server = await asyncio.get_running_loop().create_server(smtp, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        await server.wait_closed()
