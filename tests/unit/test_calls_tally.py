"""The wall says how many calls there are: whatever ends one, it is not counted any more."""

from __future__ import annotations

import pytest

from ivr.calls.tally import Tally


def test_given_calls_and_captures_that_begin_and_end_then_every_change_is_told() -> None:
    told: list[tuple[int, int]] = []
    tally = Tally(lambda calls, captures: told.append((calls, captures)))
    with tally.call(), tally.call(), tally.capture():
        pass
    assert told == [(1, 0), (2, 0), (2, 1), (2, 0), (1, 0), (0, 0)]


def test_given_a_capture_that_fails_then_it_is_not_counted_any_more() -> None:
    told: list[tuple[int, int]] = []
    tally = Tally(lambda calls, captures: told.append((calls, captures)))
    with pytest.raises(RuntimeError), tally.call(), tally.capture():
        raise RuntimeError
    assert told[-1] == (0, 0)
