"""What a caller said is gone from memory once the hearing is closed, with the settings of `pci`: Vosk's copies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pci.process import CLEAN_MEMORY
from speech import SHIPPED

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]


def left_behind(settings: dict[str, str]) -> dict[str, int]:
    """What a process with these settings finds of a number that it heard and forgot."""
    command = [sys.executable, "-m", "tests.security.spoken_child", str(SHIPPED["en"])]
    child = subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True, capture_output=True, timeout=110)
    found: dict[str, int] = json.loads(child.stdout)
    return found


def test_of_a_number_that_was_said_nothing_is_left_and_without_the_settings_the_search_finds_it() -> None:
    clean, careless = left_behind(CLEAN_MEMORY), left_behind({})
    assert clean["digits"] >= 12
    assert (clean["words"], clean["sound"]) == (0, 0)
    assert careless["words"] > 0, "the search finds nothing where there is something"
