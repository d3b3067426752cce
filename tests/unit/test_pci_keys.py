"""The key file: made private, refused when it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pci.errors import KeyFileBroken, KeyFileExposed, KeyFileMissing, RecordBroken
from pci.keys import KeyRing, read_private


def test_given_no_key_when_first_opened_then_a_private_one_is_made_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    first, created = KeyRing.open(path, may_create=True)
    again, created_again = KeyRing.open(path, may_create=False)
    assert (created, created_again) == (True, False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.kek_id == again.kek_id
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["kek"]


def test_given_records_without_their_key_then_no_new_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing):
        KeyRing.open(tmp_path / "kek", may_create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_given_a_key_that_others_can_open_then_it_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kek"
    KeyRing.open(path, may_create=True)
    path.chmod(mode)
    with pytest.raises(KeyFileExposed):
        KeyRing.open(path, may_create=True)


def test_given_a_key_of_another_user_then_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kek"
    KeyRing.open(path, may_create=True)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(KeyFileExposed):
        KeyRing.open(path, may_create=True)


def test_given_a_link_or_a_folder_in_place_of_the_key_then_it_is_refused(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "kek", may_create=True)
    (tmp_path / "link").symlink_to(tmp_path / "kek")
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("link", "folder"):
        with pytest.raises((OSError, KeyFileExposed)):
            read_private(tmp_path / name)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_given_a_key_of_another_size_then_it_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "kek"
    path.write_bytes(bytes(size))
    path.chmod(0o600)
    with pytest.raises(KeyFileBroken):
        KeyRing.open(path, may_create=True)


def test_a_data_key_unwraps_only_under_the_key_that_wrapped_it() -> None:
    ours, other = KeyRing(os.urandom(32)), KeyRing(os.urandom(32))
    data_key = os.urandom(32)
    wrapped = ours.wrap(data_key)
    assert ours.unwrap(ours.kek_id, wrapped) == data_key
    altered = bytes([wrapped[0] ^ 1]) + wrapped[1:]
    for keys, kek_id, blob in (
        (other, other.kek_id, wrapped),
        (ours, other.kek_id, wrapped),
        (ours, ours.kek_id, altered),
        (ours, ours.kek_id, wrapped[:-1]),
        (ours, ours.kek_id, b""),
    ):
        with pytest.raises(RecordBroken):
            keys.unwrap(kek_id, blob)


def test_neither_name_nor_repr_nor_derived_key_shows_the_key() -> None:
    kek = os.urandom(32)
    keys = KeyRing(kek)
    for shown in (repr(keys), keys.kek_id, keys.derive("idempotency").hex()):
        assert kek.hex()[:8] not in shown
    assert keys.derive("idempotency") == KeyRing(kek).derive("idempotency") != keys.derive("other")
