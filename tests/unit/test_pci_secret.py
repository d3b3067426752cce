"""Secrets do not leave by accident."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from pci.card import Cvv, Expiry, Pan, PostalCode
from pci.errors import SecretWiped
from pci.secret import Secret

NUMBER = "4111111111111111"


def make(kind: type[Secret], digits: str) -> Secret:
    return kind(bytearray(digits.encode()))


@pytest.fixture(
    params=[(Pan, NUMBER), (Cvv, "987"), (Expiry, "1227"), (PostalCode, "94110")], ids=lambda p: p[0].__name__
)
def secret_and_digits(request: pytest.FixtureRequest) -> tuple[Secret, str]:
    kind, digits = request.param
    return make(kind, digits), digits


@pytest.mark.parametrize("show", [str, repr, format, "{}".format, "{!r:>40}".format, lambda secret: f"{secret}"])
def test_no_text_of_a_secret_shows_a_digit(
    secret_and_digits: tuple[Secret, str], show: Callable[[object], str]
) -> None:
    secret, digits = secret_and_digits
    assert digits not in show(secret)
    assert not any(character.isdigit() for character in show(secret))


@pytest.mark.parametrize(
    "leak",
    [
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        bool,
        len,
        hash,
        bytes,
        list,
        int,
        float,
        vars,
        lambda secret: secret == secret,
        lambda secret: secret != Cvv(bytearray(b"987")),
        lambda secret: secret in [NUMBER],
        lambda secret: {secret: 1},
        lambda secret: secret[0],
        lambda secret: b"" + secret,
    ],
)
def test_a_secret_cannot_be_stored_copied_measured_or_compared(
    secret_and_digits: tuple[Secret, str], leak: Callable[[Any], object]
) -> None:
    secret, digits = secret_and_digits
    with pytest.raises(TypeError) as refusal:
        leak(secret)
    assert digits not in str(refusal.value)


def test_what_goes_in_is_moved_and_the_source_wiped() -> None:
    source = bytearray(b"987")
    secret = Cvv(source)
    assert source == bytearray(3)
    assert bytes(secret.reveal()) == b"987"


def test_a_revealed_view_cannot_be_written_and_shows_zeroes_after_the_wipe() -> None:
    secret = make(Cvv, "987")
    view = secret.reveal()
    assert view.readonly
    secret.wipe()
    assert bytes(view) == bytes(3)


def test_a_wiped_secret_reveals_nothing_and_may_be_wiped_again() -> None:
    with make(Cvv, "987") as secret:
        pass
    secret.wipe()
    with pytest.raises(SecretWiped):
        secret.reveal()


def test_a_dropped_secret_is_wiped() -> None:
    secret = make(Cvv, "987")
    view = secret.reveal()
    del secret
    assert bytes(view) == bytes(3)
