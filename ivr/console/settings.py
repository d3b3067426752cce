"""[console] of ivr.toml: where the pages are served, and under which address browsers find them."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from ivr.accounts.provider import Provider
from ivr.listening import Listening
from ivr.setting_kinds import SecretFile, Section, WebAddress, problem

_SHORTEST_SECRET = 32
_ORIGIN = "is what browsers show as the address, without a path, such as https://console.example.com"


class SsoSettings(Section):
    """An OpenID Connect provider that people may sign in at."""

    issuer: WebAddress
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretFile | None = Field(default=None, alias="client_secret_file")
    claim: Literal["email", "preferred_username"] = "email"
    label: str = Field(default="single sign-on", min_length=1, max_length=60)

    @field_validator("issuer")
    @classmethod
    def _not_in_the_clear(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1"):
            raise problem("begins with https://: who can change its answers can sign in as anybody")
        return issuer

    @property
    def provider(self) -> Provider:
        """The same in the words of those who ask it."""
        secret = self.client_secret.get_secret_value() if self.client_secret else ""
        return Provider(self.issuer, self.client_id, secret, self.claim, self.label)


class ConsoleSettings(Listening):
    """TLS, or loopback only: a password must not cross a network in the clear."""

    listen: str = Field(default="127.0.0.1:8448", max_length=60)
    origin: str = Field(default="http://localhost:8448", max_length=260)
    secret: SecretFile = Field(alias="secret_file")
    behind_proxy: bool = False
    idle_minutes: int = Field(default=15, ge=1, le=15)
    second_factor: Literal["needed", "optional"] = "needed"
    sso: SsoSettings | None = None

    @property
    def idle(self) -> timedelta:
        """After so long without an act, somebody has to sign in again."""
        return timedelta(minutes=self.idle_minutes)

    @field_validator("origin")
    @classmethod
    def _an_origin(cls, origin: str) -> str:
        try:
            parts = urlsplit(origin)
            host, bare = parts.hostname, f"{parts.scheme}://{parts.netloc}" == origin.lower() and parts.port != 0
        except ValueError:
            raise problem(_ORIGIN) from None
        if not bare or not host or parts.username or parts.scheme not in ("http", "https"):
            raise problem(_ORIGIN)
        if parts.scheme == "http" and host != "localhost":
            raise problem("begins with https:// unless it is localhost: a network would see the passwords")
        return origin.lower()

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise problem("the secret is too short: make one with `openssl rand -hex 32`")
        return secret

    @model_validator(mode="after")
    def _one_way_to_it(self) -> Self:
        if self.certificate is not None and self.origin.startswith("http://"):
            raise problem("with a certificate, origin begins with https://")
        return self
