"""Passkeys (WebAuthn): a key that never leaves its holder, who shows a finger, a face or a PIN to it.

That is both factors at once, so a passkey opens an account without its password. It is bound to the address of the
console: a page that imitates ours gets nothing out of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ivr.accounts.account import Account
from ivr.accounts.errors import SignInRefused
from ivr.store.accounts import Accounts
from ivr.store.factors import Factors

_GOOD_FOR: Final = timedelta(minutes=5)
_MOST_ASKED: Final = 10_000
_FAULTS: Final = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a browser was asked, to be answered once: by a new passkey for `account`, or else by a known one."""

    challenge: bytes
    account: int | None
    until: datetime


class Passkeys:
    """Takes passkeys in, and lets their holders in. `visitor` is what tells one browser from another."""

    def __init__(self, accounts: Accounts, factors: Factors, origin: str) -> None:
        self._accounts = accounts
        self._factors = factors
        self._origin = origin
        self._site = urlsplit(origin).hostname or ""
        self._asked: dict[str, _Asked] = {}

    async def ask_for_new(self, visitor: str, account: Account) -> str:
        """What the browser needs to make a passkey for this account, as JSON."""
        known = await self._factors.passkeys(account.id)
        options = generate_registration_options(
            rp_id=self._site,
            rp_name="Tonewall",
            user_id=f"account-{account.id}".encode(),
            user_name=account.name,
            user_display_name=account.shown,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in known],
        )
        self._remember(visitor, options.challenge, account.id)
        return options_to_json(options)

    async def take_new(self, visitor: str, account: Account, answer: bytes) -> bool:
        """Keep the passkey that the browser made; False if it is not as it has to be, or was not asked for."""
        challenge = self._recall(visitor, account.id)
        if challenge is None:
            return False
        try:
            made = verify_registration_response(
                credential=_read(answer),
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except _FAULTS:
            return False
        key_id = bytes_to_base64url(made.credential_id)
        if await self._factors.passkey(key_id) is not None:
            return False
        await self._factors.add_passkey(account.id, key_id, made.credential_public_key, made.sign_count)
        return True

    def ask(self, visitor: str) -> str:
        """What the browser needs to use a passkey, as JSON. It names no account: the passkey does."""
        options = generate_authentication_options(
            rp_id=self._site, user_verification=UserVerificationRequirement.REQUIRED
        )
        self._remember(visitor, options.challenge, None)
        return options_to_json(options)

    async def holder(self, visitor: str, answer: bytes) -> Account:
        """Whose passkey it is; SignInRefused if it is nobody's, or the account is locked."""
        challenge = self._recall(visitor, None)
        try:
            credential = _read(answer)
            key = await self._factors.passkey(str(credential["id"]))
        except _FAULTS:
            raise SignInRefused(None) from None
        account = await self._accounts.numbered(key.account) if key else None
        if key is None or account is None or challenge is None:
            raise SignInRefused(account)
        try:
            used = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=key.uses,
                require_user_verification=True,
            )
        except _FAULTS:
            raise SignInRefused(account) from None
        if not await self._accounts.try_counted(account.id):
            raise SignInRefused(account)
        await self._factors.passkey_used(key.id, used.new_sign_count)
        await self._accounts.signed_in(account.id)
        return account

    def _remember(self, visitor: str, challenge: bytes, account: int | None) -> None:
        now = self._accounts.now()
        self._asked = {who: asked for who, asked in self._asked.items() if asked.until > now}
        if len(self._asked) >= _MOST_ASKED:
            self._asked.pop(next(iter(self._asked)))
        self._asked[visitor] = _Asked(challenge, account, now + _GOOD_FOR)

    def _recall(self, visitor: str, account: int | None) -> bytes | None:
        """The challenge of this browser, which is good once, and only for what it was asked for."""
        asked = self._asked.pop(visitor, None)
        good = asked is not None and asked.account == account and asked.until > self._accounts.now()
        return asked.challenge if asked and good else None


def _read(answer: bytes) -> dict[str, Any]:
    credential = json.loads(answer)
    if not isinstance(credential, dict):
        raise TypeError
    return credential
