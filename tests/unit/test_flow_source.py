"""Reading YAML without its surprises, and with limits that hold before anything is built."""

from __future__ import annotations

import pytest

from ivr.flow.problems import Code, Mark, Problem
from ivr.flow.source import LONGEST_TEXT, MOST_BYTES, MOST_DEPTH, MOST_NODES, find, locate, plain, read

SPECIAL = "means something special in YAML that is not used here"


def problems(text: str | bytes) -> list[Problem]:
    return read(text if isinstance(text, bytes) else text.encode(), "f.yaml")[1]


def codes(text: str | bytes) -> list[Code]:
    return [problem.code for problem in problems(text)]


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "null", "~", "0123", "1_000", "1e3", "12:30:45", "2026-01-02", "="]
)
def test_a_word_stays_the_word_that_was_written(word: str) -> None:
    tree, found = read(f"{word}: {word}".encode(), "f.yaml")
    assert not found
    assert tree is not None
    assert plain(tree) == {word: word}


def test_nothing_after_a_colon_is_empty_text() -> None:
    tree, _ = read(b"hangup:", "f.yaml")
    assert tree is not None
    assert plain(tree) == {"hangup": ""}


def test_every_node_knows_its_place() -> None:
    tree, _ = read("steps:\n  greet:\n    say: [welcome, {money: 'ü', b: c}]\n".encode(), "f.yaml")
    assert tree is not None
    assert locate(tree, ["steps", "greet"], key=True) == Mark(2, 3)
    assert locate(tree, ["steps", "greet", "say", 1, "money"]) == Mark(3, 28)
    assert locate(tree, ["steps", "greet", "say", "no such thing"]) == Mark(3, 10)
    assert locate(tree, ["steps", "greet", "say", 1, "b"]) == Mark(3, 36), "columns count letters, not bytes"
    assert find(tree, "welcome") == Mark(3, 11)
    assert find(tree, "greet") is None, "a key is no value"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: &x 1",
            f"1:4: F004 '&x' {SPECIAL}; write the value out, or put it in quotes",
        ),
        (
            "a: *x",
            f"1:4: F004 '*x' {SPECIAL}; write the value out, or put it in quotes",
        ),
        (
            "a: !!int 1",
            f"1:4: F003 '!!int' {SPECIAL}; remove it, or put it in quotes",
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            f"1:4: F003 '!!python/object/apply:os.system' {SPECIAL}; ",
        ),
        (
            "a: {<<: {b: c}}",
            f"1:5: F005 '<<' {SPECIAL}; write the keys out",
        ),
        ("a: 1\nb: 2\na: 3", "3:1: F006 'a' stands here and in line 1; keep one of them"),
        (
            "? [a]\n: b",
            "1:3: F007 what stands before the colon here is more than a word; write one word, then a colon",
        ),
        ("", "1:1: F001 the file is empty; begin with flow: and the name of the flow"),
        (
            "a: 1\n---\nb: 2",
            "2:1: F001 --- begins a second file in this one; make it a file of its own, or remove it",
        ),
        ("a:\n\tb: 1", "2:1: F001 this line is indented with a tab; write spaces instead"),
        ("a: [1", "1:4: F001 a list that begins here does not end; write ] behind its last word"),
        ('a: "\\q"', "F001 this is not YAML ("),
        (
            "a: 1\n  b: 2",
            "2:4: F001 a colon stands where none can; indent this line like the lines beside it, or put",
        ),
        (b"a: 1\nb: \xff", "2:1: F001 this line is not UTF-8 text; save the file as UTF-8"),
        ("a: \x00", "1:1: F001 the file holds characters that are no text; remove them"),
    ],
)
def test_what_yaml_offers_and_a_flow_must_not_use(text: str | bytes, message: str) -> None:
    (problem,) = problems(text)
    assert message in str(problem)
    assert str(problem).startswith("f.yaml:")


def test_all_of_it_is_told_at_once() -> None:
    assert codes("a: &x 1\nb: *x\nc: !t 2\na: 3") == [Code.ANCHOR, Code.ANCHOR, Code.TAG, Code.DUPLICATE_KEY]


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (b"#" * MOST_BYTES + b"", b"#" * (MOST_BYTES + 1)),
        ("[" * MOST_DEPTH + "]" * MOST_DEPTH, "[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1)),
        ("- a\n" * (MOST_NODES - 1), "- a\n" * MOST_NODES),
        ("a" * LONGEST_TEXT, "a" * (LONGEST_TEXT + 1)),
    ],
    ids=["bytes", "depth", "nodes", "text"],
)
def test_each_limit_refuses_what_is_just_beyond_it(within: str | bytes, beyond: str | bytes) -> None:
    assert Code.TOO_BIG not in codes(within)
    assert codes(beyond) == [Code.TOO_BIG]


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))


@pytest.mark.parametrize(
    "bomb",
    [
        BOMB,
        "[" * 100_000,
        "{" * 100_000,
        "- " * 10_000,
        "".join(f"{' ' * i}a:\n" for i in range(1000)),
        "? " * 10_000,
    ],
    ids=["laughs", "brackets", "braces", "dashes", "indentation", "questions"],
)
def test_a_bomb_is_refused_and_never_built(bomb: str) -> None:
    assert problems(bomb)
    assert all(len(str(problem)) < 200 for problem in problems(bomb))


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    tree, found = read(b"\xef\xbb\xbfa: b", "f.yaml")
    assert not found
    assert tree is not None
    assert plain(tree) == {"a": "b"}
