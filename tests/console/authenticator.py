"""A passkey in software, as a phone has one: it makes a key for a page and signs with it."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from tests.console.rig import ORIGIN

_SHOWN_AND_VERIFIED = 0x05
_WITH_A_KEY = 0x40


class Authenticator:
    """Answers what a page asks, as its script sends it on: `asked` is the JSON that the page got."""

    def __init__(self) -> None:
        self._id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._uses = 0

    def make(self, asked: str) -> bytes:
        """The answer to a page that wants a passkey made."""
        point = self._key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        data = self._data(_WITH_A_KEY) + bytes(16) + len(self._id).to_bytes(2) + self._id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(self._told(asked, "create"), attestationObject=attested)

    def sign(self, asked: str) -> bytes:
        """The answer to a page that wants one used."""
        told = self._told(asked, "get")
        data = self._data()
        signed = self._key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(told, authenticatorData=data, signature=signed)

    def _data(self, flags: int = 0) -> bytes:
        self._uses += 1
        return hashlib.sha256(b"localhost").digest() + bytes([_SHOWN_AND_VERIFIED | flags]) + self._uses.to_bytes(4)

    def _told(self, asked: str, kind: str) -> bytes:
        told = {"type": f"webauthn.{kind}", "challenge": json.loads(asked)["challenge"], "origin": ORIGIN}
        return json.dumps(told).encode()

    def _answer(self, told: bytes, **parts: bytes) -> bytes:
        number = bytes_to_base64url(self._id)
        encoded = {name: bytes_to_base64url(part) for name, part in parts.items()}
        response: dict[str, Any] = {"clientDataJSON": bytes_to_base64url(told), **encoded}
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": response}).encode()
