"""Codes as a second factor: from an app, each good once, and ten on paper for the day when the app is lost."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Final

import pyotp

from ivr.accounts.account import Account
from ivr.accounts.keyed import Keyed
from ivr.store.accounts import Accounts
from ivr.store.factors import Factors

ISSUER: Final = "Tonewall"
_STEP_SECONDS: Final = 30
_LATE_STEPS: Final = (0, -1, 1)  # phones' clocks differ
_ON_PAPER: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


class Codes:
    """Makes and checks codes. What an app is told is derived, not kept: the database holds a salt alone."""

    def __init__(self, accounts: Accounts, factors: Factors, keyed: Keyed) -> None:
        self._accounts = accounts
        self._factors = factors
        self._keyed = keyed

    def fresh_salt(self) -> str:
        """From which an app's secret is made, once a code has shown that the app has it."""
        return secrets.token_hex(16)

    def secret(self, account: Account, salt: str) -> str:
        """What the app of this account is told, as people can type it."""
        return self._keyed.base32(f"totp:{account.id}", salt)

    def address(self, account: Account, salt: str) -> str:
        """The same for a camera: an otpauth:// address."""
        return pyotp.TOTP(self.secret(account, salt)).provisioning_uri(name=account.name, issuer_name=ISSUER)

    async def enrol(self, account: Account, salt: str, code: str) -> bool:
        """The app makes codes for this account from now on, if this is one of its codes."""
        if not re.fullmatch(r"[0-9a-f]{32}", salt):
            return False
        step = self._step(account, salt, _bare(code))
        if step is not None:
            await self._accounts.set_totp(account.id, salt, step)
        return step is not None

    async def spent(self, account: Account, code: str) -> str | None:
        """Use a code up: "app" or "paper" if it was one, None if it is none or was used before."""
        given = _bare(code)
        if account.totp_salt is not None and (step := self._step(account, account.totp_salt, given)) is not None:
            return "app" if await self._accounts.spend_step(account.id, step) else None
        on_paper = await self._factors.spend_code(account.id, self._digest(account, given))
        return "paper" if on_paper else None

    async def on_paper(self, account: Account) -> Sequence[str]:
        """Ten new codes, shown once; earlier ones are void."""
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(_ON_PAPER)]
        await self._factors.set_codes(account.id, [self._digest(account, code) for code in codes])
        return ["-".join(re.findall("....", code)) for code in codes]

    def _digest(self, account: Account, code: str) -> str:
        return self._keyed.digest(f"recovery:{account.id}", code)

    def _step(self, account: Account, salt: str, code: str) -> int | None:
        """The time step that a code is of; every step that counts is looked at, whatever the code."""
        totp = pyotp.TOTP(self.secret(account, salt))
        now = int(self._accounts.now().timestamp()) // _STEP_SECONDS
        given = code.encode()
        fits = [
            now + late for late in _LATE_STEPS if hmac.compare_digest(totp.generate_otp(now + late).encode(), given)
        ]
        return fits[0] if fits else None


def _bare(code: str) -> str:
    """As people type it from an app or from paper: in groups, in capitals."""
    return re.sub(r"[\s-]", "", code.lower())
