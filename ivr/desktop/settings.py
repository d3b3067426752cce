"""[desktop] of ivr.toml: where the API for a contact centre's own desktop is served, and which programs get news."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ivr.listening import Listening
from ivr.notify.receiver import Receiver
from ivr.setting_kinds import Location, SecretFile, Section, problem

ReceiverName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class WebhookSettings(Section):
    """A program that is told what becomes of payments and agents' calls."""

    url: str = Field(min_length=1, max_length=500)
    secret: SecretFile = Field(alias="secret_file")
    allow_private: bool = False
    ca_file: Location | None = None

    @property
    def described(self) -> Receiver:
        """The same in the words of the adapter, which has rules of its own."""
        return Receiver(self.url, self.secret.get_secret_value(), self.allow_private, self.ca_file)

    @model_validator(mode="after")
    def _may_be_told(self) -> Self:
        try:
            _ = self.described
        except ValueError as error:
            raise problem(str(error)) from None
        return self


class DesktopSettings(Listening):
    """TLS, or loopback only: a key must not cross a network in the clear."""

    listen: str = Field(default="127.0.0.1:8449", max_length=60)
    webhooks: dict[ReceiverName, WebhookSettings] = Field(default_factory=dict, max_length=20)
