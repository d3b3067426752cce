"""E-mails by SMTP, to a server that takes them for delivery."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from ivr.addresses import is_email
from ivr.notify.errors import (
    DestinationRefused,
    GatewayFailed,
    GatewayUnreachable,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.port import Email

_SECONDS: Final = 20.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
# temporary answers that ask for patience: closing, mailbox busy (greylisting too), storage full
_LATER: Final = frozenset({421, 450, 451, 452})
# 530 to 538: the server wants a login, a better one, or one that is encrypted
_OF_LOGIN: Final = frozenset({454, 530, 534, 535, 538})


class Security(StrEnum):
    """How the way to the server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where the server is and how to log in; without a user there is no login.

    `ca_file` holds the authority that signed its certificate, where the system's do not know it.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if self.security is Security.NONE and self.host not in _LOOPBACK:
            raise ValueError('security = "none" is only for a server on this machine: write starttls or tls')
        if bool(self.user) != bool(self.password):
            raise ValueError("a login needs both user and password_file")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom e-mails come from: an address, and the name that is shown with it."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        if not is_email(self.address):
            raise ValueError("the sender is an address such as billing@example.com")
        if not self.name.isprintable():
            raise ValueError("sender_name is one line")

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]


class SmtpMailer:
    """Sends by an SMTP server, with a connection for each e-mail: receipts are few."""

    def __init__(self, server: SmtpServer, sender: Sender, seconds: float = _SECONDS) -> None:
        """`seconds` is how long each answer may take; ValueError if the file of the authority cannot be used."""
        self._server = server
        self._sender = sender
        self._seconds = seconds
        try:
            self._tls = ssl.create_default_context(cafile=server.ca_file)
        except OSError as error:
            raise ValueError(f"ca_file cannot be used: {error.strerror or 'it holds no certificate'}") from None

    async def send(self, email: Email) -> str:
        """Hand it to the server; its Message-ID. See `Mailer`."""
        message = _compose(email, self._sender)
        client = self._client()
        try:
            await client.connect()
            await client.sendmail(self._sender.address, [email.to], message.as_bytes())
            with suppress(SMTPException, OSError):  # taken is taken, however the goodbye goes
                await client.quit()
        except (SMTPException, OSError) as error:
            # what the library raises shows the address: it goes no further
            raise _meaning(error) from None
        finally:
            client.close()
        return str(message["Message-ID"])

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls,
            timeout=self._seconds,
            local_hostname=self._sender.domain,  # by default the library asks the name service, and waits for it
        )


def _compose(email: Email, sender: Sender) -> EmailMessage:
    """The e-mail with its headers, which the library refuses to fold into others."""
    message = EmailMessage(policy=WIRE)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(addr_spec=email.to)
    message["Subject"] = email.subject
    message["Date"] = email.written
    message["Message-ID"] = f"<{sha256(email.key.encode()).hexdigest()[:32]}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{email.text}\n", cte="quoted-printable")
    return message


def _meaning(error: Exception) -> NotifyError:
    """The error in our words, with the server's code if it gave one."""
    match error:
        case SMTPAuthenticationError():
            return LoginRefused(error.code)
        case SMTPRecipientsRefused() if error.recipients:
            code = error.recipients[0].code
            return Throttled(code) if code < 500 else DestinationRefused(code)
        case SMTPResponseException() if error.code in _OF_LOGIN:
            return LoginRefused(error.code)
        case SMTPResponseException() if error.code in _LATER:
            return Throttled(error.code)
        case SMTPResponseException():
            return MessageRefused(error.code) if 500 <= error.code < 600 else GatewayFailed(error.code)
        case SMTPNotSupported():
            return GatewayFailed()
        case _:
            return GatewayUnreachable()
