"""What the tests of this folder share."""

from __future__ import annotations

import pytest

from tests.security.as_users import why_not


@pytest.fixture
def users() -> None:
    """Skip where nobody can become another user."""
    if reason := why_not():
        pytest.skip(reason)
