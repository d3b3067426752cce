"""The hunt finds each canary in each encoding, wherever it stands, and nothing in what holds none."""

from __future__ import annotations

import gzip
import json
import pickle
import random
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.canary import deal, heads
from proof.hunt import Find, Hunt
from stack.leaks import members
from stack.leaks.forms import forms_of, head_of, tails_of
from stack.leaks.needles import LONGEST, Needles
from stack.leaks.places import PIECE, pieces_of

CANARIES = deal(10)
CARDS = [canary.reveal() for canary in CANARIES]
HUNT = Hunt(CANARIES)
STRANGERS = [canary.reveal() for canary in deal(10)]
ENCODINGS = [name for name, _ in forms_of(CARDS[0].pan)]


def found(finds: list[Find]) -> set[tuple[int | None, str, int]]:
    return {(find.canary, find.encoding, find.offset) for find in finds}


@pytest.mark.parametrize("number", [0, 4], ids=["16 digits", "15 digits"])
def test_given_a_number_in_any_encoding_then_it_is_found_with_its_place(number: int) -> None:
    for encoding, form in forms_of(CARDS[number].pan):
        finds = HUNT.bytes(b"before " + form + b" after", "here")
        assert found(finds) == {(number, encoding, 7)}, encoding


def test_given_another_number_in_any_encoding_then_nothing_is_found_but_the_test_range() -> None:
    for encoding, form in forms_of(STRANGERS[0].pan):
        assert {find.canary for find in HUNT.bytes(form, "here")} <= {None}, encoding
    # a number outside of the canaries' ranges is none of ours at all
    for encoding, form in forms_of("4111111111111111"):
        assert HUNT.bytes(form, "here") == [], encoding


def test_given_more_of_a_number_than_anyone_may_see_then_it_is_found() -> None:
    for encoding, form in tails_of(CARDS[1].pan):
        assert found(HUNT.bytes(b"..." + form + b"...", "here")) == {(1, encoding, 3)}
    # the first eight digits are those of all canaries of the range
    for encoding, form in head_of(heads()[1]):
        assert found(HUNT.bytes(b"..." + form + b"...", "here")) == {(None, encoding, 3)}


def test_given_what_anyone_may_see_then_nothing_is_found() -> None:
    pan = CARDS[0].pan
    assert HUNT.bytes(f"{pan[:6]}******{pan[-4:]} ••••{pan[-4:]} {pan[-9:]} {pan[:7]}".encode(), "here") == []


def test_given_the_end_of_a_number_inside_of_a_longer_one_then_it_is_chance() -> None:
    assert HUNT.bytes(f"id 77{CARDS[0].pan[-10:]} a{CARDS[0].pan[-10:]}".encode(), "here") == []


@settings(deadline=None)
@given(
    number=st.integers(0, 9),
    encoding=st.sampled_from(ENCODINGS[:20]),
    offset=st.integers(0, 3000),
    cuts=st.lists(st.integers(1, 3000), max_size=4),
)
def test_a_canary_at_any_place_is_found_once_however_the_data_is_cut(
    number: int, encoding: str, offset: int, cuts: list[int]
) -> None:
    # given random bytes, a canary in them, and blocks that end anywhere, also within it
    data = bytearray(random.Random(offset).randbytes(4000))  # noqa: S311 - noise
    form = dict(forms_of(CARDS[number].pan)).get(encoding, CARDS[number].pan.encode())
    data[offset : offset + len(form)] = form
    edges = [0, *sorted(cuts), len(data)]
    blocks = (bytes(data[a:b]) for a, b in pairwise(edges))
    # then it is found once, where it is
    matches = list(HUNT._search.through(pieces_of("here", 100, blocks)))
    assert [(match.owner, match.offset) for match in matches] == [(number, 100 + offset)]


def test_a_canary_across_the_border_of_two_pieces_of_a_file_is_found(tmp_path: Path) -> None:
    for number, before in enumerate((1, 8, 15)):
        data = bytes(PIECE - before) + CARDS[number].pan.encode() + bytes(LONGEST)
        (tmp_path / "large").write_bytes(data)
        assert found(HUNT.folder(tmp_path)) == {(number, "ascii", PIECE - before)}


def test_given_random_bytes_then_nothing_is_found() -> None:
    assert HUNT.bytes(random.Random(3).randbytes(1 << 24), "noise") == []  # noqa: S311 - noise
    assert HUNT.bytes(random.Random(3).randbytes(1 << 20).hex().encode(), "noise") == []  # noqa: S311


def test_the_programs_of_this_project_hold_no_canary() -> None:
    assert HUNT.folder(Path(__file__).resolve().parents[2] / "pci") == []


@pytest.mark.parametrize("compress", [zlib.compress, gzip.compress], ids=["zlib", "gzip"])
def test_given_a_compressed_member_then_it_is_inflated_and_searched(compress: object) -> None:
    assert callable(compress)
    text = json.dumps([{"line": i, "card": CARDS[i % 10].pan if i == 700 else "none"} for i in range(1000)]).encode()
    member = compress(text)
    # whole, cut off, and inside of another one
    for data in (member, member[: len(member) - 9], compress(member)):
        finds = HUNT.bytes(b"head of the file" + data + b"rest", "here")
        assert found(finds) == {(0, finds[0].encoding, 16)}
        assert finds[0].encoding.startswith("compressed ")
    assert HUNT.bytes(compress(text.replace(CARDS[0].pan.encode(), b"-" * 16)), "here") == []


def test_a_member_that_inflates_without_end_is_left_where_its_limit_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "INFLATED_AT_MOST", 1 << 20)
    assert found(HUNT.bytes(zlib.compress(bytes(1 << 19) + CARDS[0].pan.encode()), "here"))
    assert HUNT.bytes(zlib.compress(bytes(1 << 20) + CARDS[0].pan.encode()), "here") == []


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_given_a_pickle_then_the_number_in_it_is_found(protocol: int) -> None:
    card = CARDS[2]
    for value in (card.pan, int(card.pan), {"pan": card.pan.encode()}, float(card.pan)):
        assert {find.canary for find in HUNT.bytes(pickle.dumps(value, protocol), "here")} == {2}, value


def test_a_security_code_is_found_beside_its_name_and_not_without_it() -> None:
    code = CARDS[0].cvv
    for text in (
        f'{{"cvv": "{code}"}}',
        f"cvv={code}&",
        f"card[cvc]={code}".replace("]", ""),
        f"CVV2: {code}",
        f"security_code='{code}'",
        f"Cvv(b'{code}')".lower(),
    ):
        finds = HUNT.bytes(text.encode(), "here")
        assert [(find.encoding, find.offset) for find in finds] == [("security code", text.index(code))], text
    assert HUNT.bytes(f"{code} cvv is asked for; took {code} ms; cvv=9{code}7".encode(), "here") == []


def test_expiry_and_code_keyed_one_after_the_other_are_found() -> None:
    card = CARDS[3]
    assert found(HUNT.bytes(f"xx{card.expiry}#{card.cvv}#".encode(), "here")) == {(3, "expiry#code", 2)}


def test_what_was_searched_is_counted_by_detector() -> None:
    hunt = Hunt(CANARIES[:1])
    hunt.bytes(bytes(PIECE + 5), "here")
    hunt.events(b"12345", "here")
    assert hunt.bytes_searched == {"bytes": PIECE + 5, "events": 5}


def test_a_needle_that_is_too_short_to_prove_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="8 to 512 bytes"):
        Needles([(b"1234567", 0)])


def test_without_needles_nothing_is_found() -> None:
    assert list(Needles([]).search(b"12345678")) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").write_bytes(b"x")

    def refuse(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    hunt = Hunt(CANARIES[:1])
    assert hunt.folder(tmp_path) == []
    assert hunt.unread == [f"{tmp_path / 'closed'}: Permission denied"]
