"""How a configuration file is read; tests/asterisk holds the same reader to Asterisk's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.errors import ConfigError
from pci.hardening import conffile
from pci.hardening.conffile import MOST_BYTES, Conf, Place, read_conf, uncommented

PIECES = st.sampled_from(
    [
        "\n",
        ";",
        ";--",
        "--;",
        "[a]",
        "[b](a)",
        "(+)",
        "(!)",
        "[",
        "#include x.conf",
        "#exec ",
        "k = v",
        "+= ",
        "\\",
        "\0",
    ]
)


def read(folder: Path, text: str | bytes, **others: str) -> Conf:
    for name, content in others.items():
        (folder / f"{name}.conf").write_text(content)
    path = folder / "main.conf"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_conf(path, folder)


def values(conf: Conf) -> dict[str, dict[str, str]]:
    return {one.name: {setting.key: setting.value for setting in one.settings} for one in conf.sections}


def mistakes(conf: Conf) -> list[tuple[str, int]]:
    return [(one.place.file.name, one.place.line) for one in conf.mistakes]


def test_a_section_inherits_from_a_template_and_is_continued(tmp_path: Path) -> None:
    conf = read(tmp_path, "[base](!)\na = 1\nb => 1\n[x](base)\nb = 2\n[x](+)\nb += ,3\n")
    assert values(conf) == {"x": {"a": "1", "b": "2 ,3"}}
    assert conf.sections[0].all("b")[-1].place == Place(tmp_path / "main.conf", 7)
    assert conf.mistakes == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("a ; b", "a "),
        ("a \\; b", "a ; b"),
        ("a ;-- b --; c", "a  c"),
        ("a ;-- b ;-- c --; d --; e", "a  e"),
        (";--- a drawn line ---", ""),
    ],
)
def test_comments_are_taken_out_of_a_line(line: str, kept: str) -> None:
    assert uncommented(line, 0) == (kept, 0)


def test_a_setting_in_an_included_file_has_its_own_file_and_line(tmp_path: Path) -> None:
    conf = read(tmp_path, "[a]\n#include x*.conf\nk = 2\n", x1="k = 1\n", x2="[b]\nk = 3\n")
    assert [setting.value for setting in conf.named("a")[0].settings] == ["1", "2"]
    assert conf.named("b")[0].settings[0].place == Place(tmp_path / "x2.conf", 2)
    assert [path.name for path in conf.files] == ["main.conf", "x1.conf", "x2.conf"]


def test_what_runs_a_program_is_noted_and_never_run(tmp_path: Path) -> None:
    conf = read(tmp_path, f"[a]\n#exec /usr/bin/touch {tmp_path}/ran\n")
    assert conf.execs == [Place(tmp_path / "main.conf", 2)]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[a]\nno equal sign\n", 2),
        ("[a]\n= nothing\n", 2),
        ("[a]\n#inclde x.conf\n", 2),
        ("[a]\n#include {a,b}.conf\n", 2),
        ("[a]\nk = v --; w\n", 2),
        ("[a]\n;-- for ever\n", 0),
        (f"[a]\nk = {'x' * 9000}\n", 2),
    ],
)
def test_a_line_that_asterisk_passes_over_is_a_mistake(tmp_path: Path, text: str, line: int) -> None:
    conf = read(tmp_path, text)
    assert mistakes(conf) == [("main.conf", line)]
    assert not conf.refused


@pytest.mark.parametrize(
    "fault", ["[b", "[b](a", "[b](none)", "[none](+)", "#include none.conf", "\\", "#include main.conf"]
)
def test_after_a_fault_asterisk_uses_nothing_of_the_file(tmp_path: Path, fault: str) -> None:
    conf = read(tmp_path, f"[a]\n{fault}\nk = 1\n")
    assert conf.mistakes
    assert conf.refused is (fault != "#include main.conf")  # only the innermost of these is refused


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    conf = read_conf(tmp_path / "none.conf", tmp_path)
    assert (conf.written, conf.files) == ([], [])


def test_a_file_beyond_the_limits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="this is no configuration file"):
        read(tmp_path, b"x" * (MOST_BYTES + 1))
    doubling = "[t0](!)\nk = v\n" + "".join(f"[t{n + 1}](!,t{n},t{n})\n" for n in range(40))
    with pytest.raises(ConfigError, match="more than 50000 settings"):
        read(tmp_path, doubling)
    monkeypatch.setattr(conffile, "MOST_FILES", 3)
    with pytest.raises(ConfigError, match="includes more than 3 files"):
        read(tmp_path, "[a]\n#include main.conf\n")


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "main.conf").mkdir()
    with pytest.raises(ConfigError, match=r"main\.conf: cannot be read"):
        read_conf(tmp_path / "main.conf", tmp_path)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(lambda parts: "".join(parts).encode())))
def test_whatever_a_file_holds_each_setting_has_a_place_in_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    lines = content.count(b"\n") + 1
    conf = read(folder, content)
    for place in [one.place for section in conf.written for one in section.settings] + conf.execs:
        assert place.file == folder / "main.conf"
        assert 1 <= place.line <= lines
    assert all(one.place.line <= lines for one in conf.mistakes)


@given(st.text(alphabet="ab;-\\ ", max_size=40), st.integers(min_value=-2, max_value=3))
def test_taking_comments_out_never_adds_a_letter(line: str, depth: int) -> None:
    kept, _ = uncommented(line, depth)
    assert len(kept) <= len(line)
    assert not kept.replace(";", "").strip("ab-\\ ")
