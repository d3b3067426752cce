"""docs/reference/flow-problems.md: a section for every code and no other, and its examples happen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.flow.library import check
from ivr.flow.problems import Code
from tests.flow_play import DEFINED, SHIPPED
from tests.unit.reading_docs import sections

PAGE = {head.split()[0]: text for head, text in sections("reference/flow-problems.md").items() if head}
HEAD = 'flow: example\nanswers: ["1000"]\n'
CODE = pytest.mark.parametrize("code", Code, ids=lambda code: code.value)


def said(example: str, folder: Path) -> list[str]:
    """What `ivr check` says of an example, without the place."""
    more = re.search(r"^  # and so on to step-([0-9]+)\n", example, re.MULTILINE)
    if more:
        steps = (f"  step-{number}: {{say: welcome}}\n" for number in range(3, int(more[1]) + 1))
        example = example.replace(more[0], "".join(steps))
    names = re.split(r"^#: (\S+\.yaml)\n", example, flags=re.MULTILINE)
    files = dict(zip(names[1::2], names[2::2], strict=True)) or {"example.yaml": example}
    for name, text in files.items():
        steps_too = "" if "steps:\n" in text else "steps:\n"
        (folder / name).write_text(text if text.startswith("flow:") else HEAD + steps_too + text, encoding="utf-8")
    return [f"{problem.code} {problem.what}; {problem.mend}" for problem in check(folder, SHIPPED, DEFINED)]


def test_every_code_has_its_section_and_none_is_stale() -> None:
    assert [code for code in PAGE if code != "What"] == [code.value for code in Code]


@CODE
def test_the_first_example_is_refused_in_these_words_and_the_second_is_right(
    code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("flows")
    folder.mkdir()
    wrong, right = re.findall(r"```yaml\n(.+?)```", PAGE[code], re.DOTALL)
    words = re.findall(
        r"^    (F[0-9]{3} .+)$", re.sub(r"```yaml\n.+?```", "", PAGE[code], flags=re.DOTALL), re.MULTILINE
    )

    assert list(dict.fromkeys(said(wrong, folder))) == words
    assert {word.split()[0] for word in words} == {code.value}
    assert said(right, folder) == []
