"""gate.toml: what the operator sets. Paths in it are relative to the file itself."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from pci.capture.fields import ASKING_ALOUD, PARTING, PROMPTS
from pci.config import Address, Location, Secret, Section, fits_a_socket
from pci.contract import Identifier
from pci.gate.checks import Policy

# with these a call side that was broken into could ask for a card in our own voice, and be told the keys: all that
# the card side says to who is keying, or to have a card said, and the two openings that make callers begin to key
CARD_PROMPTS: Final = PROMPTS.difference(*PARTING.values()) | ASKING_ALOUD | {"secure-line", "try-another-card"}
_NUMBER: Final = r"\+?[0-9*#]{1,32}"


def _endpoint(form: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]+/[A-Za-z0-9_.@:*+/-]{1,200}", form) or form.count("*") > 1:
        raise ValueError("must be such as PJSIP/agent-1, or PJSIP/*@trunk where * stands for a phone number")
    return form


class AsteriskLogin(Section):
    """Asterisk's REST interface, and the gate's own login there."""

    url: Address
    username: str = Field(default="gate", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    password: Secret = Field(alias="password_file")


class OriginateSettings(Section):
    """Whom the call side may call, and into which contexts of the dialplan: nobody and none unless listed."""

    endpoints: frozenset[Annotated[str, AfterValidator(_endpoint)]] = frozenset()
    contexts: frozenset[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,79}$")]] = frozenset()


class PhoneSettings(Section):
    """The phones in agents' pages, by the names of their endpoints: the call side gives each a secret per sign-in."""

    endpoints: frozenset[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]] = frozenset()


class GateSettings(Section):
    """The gate's settings. `allowed_uids` may use the socket; none given means this process's own user."""

    socket: Annotated[Location, AfterValidator(fits_a_socket)]
    sounds: Location
    card_side: Annotated[Location, AfterValidator(fits_a_socket)]
    audit: Location
    key_file: Location
    asterisk: AsteriskLogin
    app: Identifier = "ivr"
    card_side_app: Identifier = "pci"
    allowed_uids: frozenset[Annotated[int, Field(ge=0)]] = frozenset()
    originate: OriginateSettings = OriginateSettings()
    phones: PhoneSettings = PhoneSettings()

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if not self.sounds.is_dir():
            raise ValueError(f"the folder of sounds is not there: {self.sounds}")
        if self.app == self.card_side_app:
            raise ValueError("app and card_side_app must be two applications")
        return self

    @property
    def policy(self) -> Policy:
        """What the table needs of all this."""
        folder, card = re.escape(str(self.sounds.resolve())), "|".join(sorted(CARD_PROMPTS))
        return Policy(
            self.app,
            re.compile(rf"sound:{folder}/(?!(?:.*/)?(?:{card})\Z)[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*"),
            tuple(re.compile(_NUMBER.join(map(re.escape, form.split("*")))) for form in self.originate.endpoints),
            self.originate.contexts,
            self.phones.endpoints,
        )
