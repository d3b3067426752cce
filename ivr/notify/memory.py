"""Gateways that keep what they are given: for tests, and for a stack that sends nothing."""

from __future__ import annotations

from ivr.notify.errors import NotifyError
from ivr.notify.port import Email, Sms


class MemoryNotifier:
    """Takes every message, unless told to fail: for one number (`faults`) or for all (`fault`)."""

    def __init__(self) -> None:
        self.sent: list[Sms] = []
        self.faults: dict[str, NotifyError] = {}
        self.fault: NotifyError | None = None

    async def send(self, sms: Sms) -> str:
        """Keep it in `sent`; its id is its place there, from 1."""
        fault = self.fault or self.faults.get(sms.to)
        if fault is not None:
            raise fault
        self.sent.append(sms)
        return str(len(self.sent))


class MemoryMailer:
    """Takes every e-mail, unless told to fail: for one address (`faults`) or for all (`fault`)."""

    def __init__(self) -> None:
        self.sent: list[Email] = []
        self.faults: dict[str, NotifyError] = {}
        self.fault: NotifyError | None = None

    async def send(self, email: Email) -> str:
        """Keep it in `sent`; its key stands for a Message-ID."""
        fault = self.fault or self.faults.get(email.to)
        if fault is not None:
            raise fault
        self.sent.append(email)
        return email.key
