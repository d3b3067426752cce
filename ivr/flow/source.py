"""Flow text to a tree of nodes that know their line and column.

YAML without its surprises: every scalar is text (`no` is "no", `0123` is "0123"), and tags, anchors, aliases, merge
keys and duplicate keys are refused. The parser's events are counted as they come, so that a bomb is never built.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import yaml

from ivr.flow.problems import MOST_PROBLEMS, Code, EnoughProblems, Mark, Problem, quoted
from ivr.flow.unreadable import mark, not_yaml

MOST_BYTES = 1024 * 1024
MOST_NODES = 10_000
MOST_DEPTH = 16
LONGEST_TEXT = 2_000

# libyaml gives the same events, fifty times faster: it matters for the file that is meant to be slow
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text."""

    at: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Nodes in a row."""

    at: Mark
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys, in the order of the file, each with its own place and its node."""

    at: Mark
    entries: dict[str, Node] = field(default_factory=dict)
    key_at: dict[str, Mark] = field(default_factory=dict)


Node = Scalar | Listing | Mapping
Plain = str | list["Plain"] | dict[str, "Plain"]


class _Refused(Exception):
    def __init__(self, at: Mark, code: Code, what: str, mend: str) -> None:
        self.problem = (at, code, what, mend)


def read(data: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a file's one document, and everything that YAML offers and a flow must not use."""
    builder = _Builder(file)
    try:
        if len(data) > MOST_BYTES:
            raise _Refused(
                Mark(), Code.TOO_BIG, f"the file has more than {MOST_BYTES} bytes", "split it into several flows"
            )
        for event in _events(data):
            builder.take(event)
        if builder.root is None:
            raise _Refused(Mark(), Code.UNREADABLE, "the file is empty", "begin with flow: and the name of the flow")
    except _Refused as refused:
        with suppress(EnoughProblems):
            builder.problem(*refused.problem)
        return None, builder.problems
    except EnoughProblems:
        return None, builder.problems
    return builder.root, builder.problems


def locate(node: Node, path: Sequence[str | int], *, key: bool = False) -> Mark:
    """Where the node at `path` is, or else its nearest parent; with `key`, where its key is."""
    at = node.at
    for part in path:
        if isinstance(node, Mapping) and part in node.entries:
            at = node.key_at[str(part)] if key else node.entries[str(part)].at
            node = node.entries[str(part)]
        elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            at = node.at
    return at


def get(node: Node, path: Sequence[str]) -> Node:
    """The node at a path that is there."""
    for part in path:
        if not isinstance(node, Mapping):
            raise KeyError(part)
        node = node.entries[part]
    return node


def find(node: Node, text: str) -> Mark | None:
    """Where `text` first stands as a value."""
    if isinstance(node, Scalar):
        return node.at if node.text == text else None
    return next((at for child in _children(node) if (at := find(child, text))), None)


def find_key(node: Node, key: str) -> Mark | None:
    """Where `key` first stands as a key."""
    if isinstance(node, Mapping) and key in node.key_at:
        return node.key_at[key]
    return next((at for child in _children(node) if (at := find_key(child, key))), None)


def _children(node: Node) -> list[Node]:
    match node:
        case Scalar():
            return []
        case Listing():
            return node.items
        case Mapping():
            return list(node.entries.values())


def length(node: Node | None) -> int:
    """How many characters of text there are in it."""
    if isinstance(node, Scalar):
        return len(node.text)
    return sum(map(length, _children(node))) if node else 0


def plain(node: Node) -> Plain:
    """The tree without its places."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}


def _events(data: bytes) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(data.decode("utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        at = Mark(data.count(b"\n", 0, error.start) + 1, 1)
        raise _Refused(at, Code.UNREADABLE, "this line is not UTF-8 text", "save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        at, what, mend = not_yaml(data, error)
        raise _Refused(at, Code.UNREADABLE, what, mend) from None
    except yaml.YAMLError:
        raise _Refused(Mark(), Code.UNREADABLE, "the file holds characters that are no text", "remove them") from None


class _Builder:
    """Builds the tree from events; no recursion, so depth costs nothing before it is refused."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._file = file
        self._open: list[Listing | Mapping] = []
        self._keys: list[Scalar | None] = []  # for each open node: the key that waits for its value
        self._nodes = 0

    def problem(self, at: Mark, code: Code, what: str, mend: str) -> None:
        self.problems.append(Problem(self._file, at, code, what, mend))
        if len(self.problems) == MOST_PROBLEMS:
            raise EnoughProblems

    def take(self, event: yaml.Event) -> None:
        """Add one event to the tree; _Refused where a limit is passed."""
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                what, mend = "--- begins a second file in this one", "make it a file of its own, or remove it"
                raise _Refused(mark(event.start_mark), Code.UNREADABLE, what, mend)
            case yaml.NodeEvent():
                self._node(event)
            case yaml.CollectionEndEvent():
                self._open.pop()
                self._keys.pop()

    def _node(self, event: yaml.NodeEvent) -> None:
        at = mark(event.start_mark)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            what, mend = f"the file has more than {MOST_NODES} keys and values", "split it into several flows"
            raise _Refused(at, Code.TOO_BIG, what, mend)
        self._check_extras(event, at)
        node = _empty_node(event, at)
        self._attach(node)
        if isinstance(node, Scalar):
            return
        if len(self._open) == MOST_DEPTH:
            raise _Refused(
                at,
                Code.TOO_BIG,
                f"this stands inside more than {MOST_DEPTH} others",
                "take some brackets or indentation away",
            )
        self._open.append(node)
        self._keys.append(None)

    def _check_extras(self, event: yaml.NodeEvent, at: Mark) -> None:
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            what = f"{quoted(sign + event.anchor)} means something special in YAML that is not used here"
            self.problem(at, Code.ANCHOR, what, "write the value out, or put it in quotes")
        if (tag := getattr(event, "tag", None)) is not None:
            tag = tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(
                at,
                Code.TAG,
                f"{quoted(tag)} means something special in YAML that is not used here",
                "remove it, or put it in quotes",
            )

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Listing):
            parent.items.append(node)
        elif (key := self._keys[-1]) is not None:
            self._keys[-1] = None
            if key.text not in parent.entries and key.text != "<<":
                parent.entries[key.text], parent.key_at[key.text] = node, key.at
        else:
            self._keys[-1] = self._checked_key(node, parent)

    def _checked_key(self, node: Node, parent: Mapping) -> Scalar:
        if not isinstance(node, Scalar):
            raise _Refused(
                node.at,
                Code.ODD_KEY,
                "what stands before the colon here is more than a word",
                "write one word, then a colon",
            )
        if node.text == "<<":
            self.problem(
                node.at,
                Code.MERGE_KEY,
                "'<<' means something special in YAML that is not used here",
                "write the keys out",
            )
        elif node.text in parent.entries:
            first = parent.key_at[node.text].line
            what = f"{quoted(node.text)} stands here and in line {first}"
            self.problem(node.at, Code.DUPLICATE_KEY, what, "keep one of them")
        return node


def _empty_node(event: yaml.NodeEvent, at: Mark) -> Node:
    match event:
        case yaml.SequenceStartEvent():
            return Listing(at)
        case yaml.MappingStartEvent():
            return Mapping(at)
        case yaml.ScalarEvent() if len(event.value) > LONGEST_TEXT:
            raise _Refused(at, Code.TOO_BIG, f"this text has more than {LONGEST_TEXT} characters", "write less")
        case yaml.ScalarEvent():
            return Scalar(at, event.value)
    return Scalar(at, "")  # an alias: already a problem, kept so that its key has a value
