"""[pbxs.NAME] of ivr.toml: a PBX that hands calls in, and where it may have them handed back to."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr, field_validator

from ivr.limits import Limited
from ivr.setting_kinds import SecretFile, problem

SHORTEST: Final = 32
OF_MONEY: Final = ("charge", "authorize")
KEEPS: Final = "tokenize"
FLOW_PREFIX: Final = "flow/"
RUN: Final = rf"{'|'.join(OF_MONEY)}|{KEEPS}|{FLOW_PREFIX}[a-z][a-z0-9_-]{{0,63}}"
"""What may be run: a card is charged, an amount is held, a card is kept, or a flow with `returns` is called."""
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.@:+/-]{1,200}")


def _endpoint(address: str) -> str:
    if not _ENDPOINT.fullmatch(address):
        raise problem("is whom Asterisk calls, such as PJSIP/6000@centre")
    return address


ReturnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


Run = Annotated[str, Field(pattern=f"^({RUN})$")]


class PbxSettings(Limited):
    """The key that both sides know, what may be run, the places to hand back to, and how much may be asked."""

    key: SecretFile = Field(alias="key_file")
    returns: dict[ReturnName, Annotated[str, AfterValidator(_endpoint)]] = Field(min_length=1)
    runs: tuple[Run, ...] = Field(default=("charge",), min_length=1, max_length=20)
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    ring: float = Field(default=30.0, ge=5, le=120)

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < SHORTEST:
            raise problem("the key is too short: make one with `openssl rand -hex 32`")
        return key
