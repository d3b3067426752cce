"""Single sign-on by OpenID Connect: somebody else's server says who it is, and we check every word of it.

Authorization code with PKCE; `state` ties the answer to the browser that asked, `nonce` the token to the question.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

import aiohttp
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ivr.accounts.account import Account
from ivr.accounts.errors import SignInRefused, SsoUnavailable
from ivr.accounts.keyed import fresh
from ivr.accounts.provider import Provider
from ivr.body import whole_body
from ivr.store.accounts import Accounts

_log = structlog.get_logger()
_Json: TypeAlias = Mapping[str, Any]
BACK: Final = "/sign-in/sso/back"
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
_GOOD_FOR: Final = timedelta(minutes=10)
_TIMEOUT: Final = aiohttp.ClientTimeout(total=15)
_MOST_BEGUN: Final = 10_000
_MOST_BYTES: Final = 256 * 1024
_LEEWAY_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class _Begun:
    """Somebody was sent to the provider and may come back once."""

    visitor: str
    nonce: str
    verifier: str
    until: datetime


class SingleSignOn:
    """Sends people to the provider, and checks what they come back with. `visitor` tells one browser from another."""

    def __init__(self, accounts: Accounts, provider: Provider, origin: str) -> None:
        self.label = provider.label
        self._accounts = accounts
        self._provider = provider
        self._back = origin + BACK
        self._begun: dict[str, _Begun] = {}

    async def begin(self, visitor: str) -> str:
        """Where to send the browser. SsoUnavailable if the provider does not answer as it should."""
        known = await self._asked("GET", self._provider.discovery)
        begun = _Begun(visitor, fresh(), fresh(), self._accounts.now() + _GOOD_FOR)
        state = fresh()
        self._remember(state, begun)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._back,
            "scope": "openid email profile",
            "state": state,
            "nonce": begun.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{_named(known, 'authorization_endpoint')}?{urlencode(asked)}"

    async def finish(self, visitor: str, back: Mapping[str, str]) -> Account:
        """Whose account it is. SignInRefused for whatever is not as it has to be, SsoUnavailable as `begin`."""
        begun = self._begun.pop(back.get("state", ""), None)
        ours = begun is not None and begun.visitor == visitor and begun.until > self._accounts.now()
        if (
            begun is None
            or not ours
            or "code" not in back
            or back.get("iss", self._provider.issuer) != self._provider.issuer
        ):
            raise SignInRefused(None)
        known = await self._asked("GET", self._provider.discovery)
        tokens = await self._tokens(known, back["code"], begun.verifier)
        claims = self._checked(tokens, await self._asked("GET", _named(known, "jwks_uri")), begun.nonce)
        account = await self._named_by(claims, known, tokens)
        if account is None or account.locked:
            raise SignInRefused(account)
        await self._accounts.signed_in(account.id)
        return account

    async def _tokens(self, known: _Json, code: str, verifier: str) -> _Json:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        provider, headers = self._provider, {}
        if provider.secret:
            login = (quote(provider.client_id, safe=""), quote(provider.secret, safe=""))
            headers["Authorization"] = aiohttp.encode_basic_auth(*login)
        else:
            form["client_id"] = provider.client_id
        return await self._asked("POST", _named(known, "token_endpoint"), headers, form)

    def _checked(self, tokens: _Json, keys: _Json, nonce: str) -> _Json:
        """The claims of an ID token that the provider signed, for us, now, in answer to this question."""
        provider = self._provider
        rules = jwt.JWTClaimsRegistry(
            now=int(self._accounts.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        foreign: Any = keys  # of any shape, until it is read
        try:
            key_set = KeySet.import_key_set(foreign)
            claims = jwt.decode(str(tokens.get("id_token", "")), key_set, algorithms=_ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            # which claim, never what it says
            _log.warning("sso_refused", error_type=type(error).__name__, reason=getattr(error, "claim", "token"))
            raise SignInRefused(None) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else provider.client_id) != provider.client_id:
            raise SignInRefused(None)
        return claims

    async def _named_by(self, claims: _Json, known: _Json, tokens: _Json) -> Account | None:
        """The account of this person. The first time it is found by name; one with a password is never taken over."""
        subject = f"{claims['iss']}|{claims['sub']}"[:300]
        if account := await self._accounts.of_subject(subject):
            return account
        if self._provider.claim not in claims:  # then it is told only to who asks
            headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
            told = await self._asked("GET", _named(known, "userinfo_endpoint"), headers)
            claims = told if told.get("sub") == claims["sub"] else {}
        if self._provider.claim == "email" and claims.get("email_verified") is not True:
            return None
        account = await self._accounts.named(str(claims.get(self._provider.claim, "")).lower())
        if account is None:
            return None
        linked = await self._accounts.link(account.id, subject)
        return replace(account, subject=subject) if linked else None

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> _Json:
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as http,
                http.request(method, url, data=form, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise SsoUnavailable
                answer = json.loads(await whole_body(response, _MOST_BYTES))
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError, OSError):
            raise SsoUnavailable from None
        if not isinstance(answer, dict):
            raise SsoUnavailable
        return answer

    def _remember(self, state: str, begun: _Begun) -> None:
        now = self._accounts.now()
        self._begun = {known: other for known, other in self._begun.items() if other.until > now}
        if len(self._begun) >= _MOST_BEGUN:
            self._begun.pop(next(iter(self._begun)))
        self._begun[state] = begun


def _named(known: _Json, endpoint: str) -> str:
    """An address that the provider tells of itself; SsoUnavailable if it does not."""
    address = known.get(endpoint)
    if not isinstance(address, str):
        raise SsoUnavailable
    return address
