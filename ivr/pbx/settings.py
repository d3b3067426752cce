"""[pbxs.NAME] of ivr.toml: a PBX that hands calls in, and where it may have them handed back to."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from ivr.money import Money, parse_amount
from ivr.setting_kinds import SecretFile, Section, problem

SHORTEST: Final = 32
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.@:+/-]{1,200}")


def _endpoint(address: str) -> str:
    if not _ENDPOINT.fullmatch(address):
        raise problem("is whom Asterisk calls, such as PJSIP/6000@centre")
    return address


ReturnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class PbxSettings(Section):
    """The key that both sides know, the places to hand back to, and how much may be asked."""

    key: SecretFile = Field(alias="key_file")
    returns: dict[ReturnName, Annotated[str, AfterValidator(_endpoint)]] = Field(min_length=1)
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    ring: float = Field(default=30.0, ge=5, le=120)
    most_amount: dict[str, str] = Field(default={})

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < SHORTEST:
            raise problem("the key is too short: make one with `openssl rand -hex 32`")
        return key

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        for currency, amount in self.most_amount.items():
            try:
                parse_amount(amount, currency)
            except ValueError as error:
                raise problem(f"most_amount: {error}") from None
        return self

    def may_take(self, amount: Money) -> bool:
        """Whether so much may be asked."""
        most = self.most_amount.get(amount.currency)
        return most is None or amount.minor <= parse_amount(most, amount.currency).minor
