"""Log lines of the call side: which fields get out, and what the last net catches."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ivr import log

TEST_CARD = "4111111111111111"
IVR = Path(log.__file__).parent
CODE = (IVR, IVR.parent / "asterisk_ari")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


class Lines(io.StringIO):
    """Everything logged so far."""

    @property
    def last(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.getvalue().splitlines()[-1])
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers = root.handlers[:]
    stream = Lines()
    log.configure(stream)
    yield stream
    root.handlers[:] = handlers
    structlog.reset_defaults()


def test_given_listed_fields_then_the_line_is_json_with_the_call_it_belongs_to(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(call_id="call-1"):
        structlog.get_logger().info("step_done", step="pay", outcome="success")

    assert (
        lines.last.items()
        >= {
            "event": "step_done",
            "level": "info",
            "call_id": "call-1",
            "step": "pay",
            "outcome": "success",
        }.items()
    )


def test_given_a_field_that_is_not_listed_then_its_name_gets_out_and_its_value_does_not(lines: Lines) -> None:
    structlog.get_logger().info("step_done", step="pay", keys="1234")

    assert lines.last["dropped_fields"] == ["keys"]
    assert "1234" not in lines.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        TEST_CARD,
        int(TEST_CARD),
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        f"the card is {TEST_CARD}.",
        f"99{TEST_CARD}0",
        ["one", TEST_CARD],
        ("one", ["two", TEST_CARD]),
        {"number": TEST_CARD},
        TEST_CARD.encode(),
        ValueError(TEST_CARD),
    ],
)
def test_given_a_value_that_holds_a_card_number_then_the_last_net_replaces_it(lines: Lines, value: object) -> None:
    structlog.get_logger().info("library_reported", message=value)

    said = json.dumps(lines.last["message"])  # the line's time may hold any four digits
    assert "[digits replaced]" in said
    assert "1111" not in said


@pytest.mark.parametrize("value", ["+15551230000", 12540, "100000000001", "2026-11-22 07:54:47.123456", 0.25, None])
def test_given_other_numbers_then_they_stay_as_they_are(lines: Lines, value: object) -> None:
    structlog.get_logger().info("library_reported", message=value)

    assert lines.last["message"] == value


def test_given_an_exception_then_its_traceback_is_on_the_line_and_goes_through_the_net(lines: Lines) -> None:
    try:
        raise ValueError(TEST_CARD)
    except ValueError:
        structlog.get_logger().exception("call_failed")

    assert "Traceback" in lines.last["exception"]
    assert TEST_CARD not in lines.getvalue()


def test_given_a_library_that_warns_then_it_is_a_line_like_any_other(lines: Lines) -> None:
    logging.getLogger("peer").warning("unexpected %s", TEST_CARD)

    assert lines.last["logger"] == "peer"
    assert lines.last["message"] == "unexpected [digits replaced]"


@given(
    st.text(st.characters(exclude_characters="0123456789 -", exclude_categories=["Nd"])),
    st.sampled_from([TEST_CARD, "378282246310005", "5555 5555 5555 4444", "6304000000000000"]),
    st.text(st.characters(exclude_characters="0123456789 -", exclude_categories=["Nd"])),
)
def test_given_a_card_number_in_any_text_then_it_is_found(before: str, card: str, after: str) -> None:
    line = log.digits_replaced(None, "info", {"message": before + card + after})

    assert line["message"] == f"{before}[digits replaced]{after}"


def logged_fields() -> Iterator[tuple[str, str]]:
    """(place, field) of every field that the code logs; `**facts` by the keys of the dict `facts`."""
    for file in (file for folder in CODE for file in folder.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and (ast.unparse(node.func.value) in ("log", "_log") or "get_logger" in ast.unparse(node.func.value))
            ):
                for keyword in node.keywords:
                    for name in [keyword.arg] if keyword.arg else keys_of(ast.unparse(keyword.value), tree):
                        yield f"{file.relative_to(IVR.parent)}:{node.lineno}", name


def keys_of(name: str, tree: ast.Module) -> list[str]:
    """The keys of the dict that is assigned to `name`."""
    return [
        ast.literal_eval(key) if key else "**"
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name and isinstance(node.value, ast.Dict)
        for key in node.value.keys
    ] or ["**"]


def test_given_the_code_then_it_logs_only_fields_that_are_listed() -> None:
    logged = list(logged_fields())

    assert logged, "the search found no log line: mend the search"
    assert [place for place, field in logged if field not in log.FIELDS | {"exc_info"}] == []


def test_given_the_list_then_every_field_on_it_is_logged_somewhere() -> None:
    added_by_processors = {"event", "level", "timestamp", "exception", "call_id", "logger", "message"}

    assert log.FIELDS - added_by_processors <= {field for _, field in logged_fields()}
