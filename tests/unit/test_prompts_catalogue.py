"""The catalogue says what can be played, and where a file of texts is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import CatalogueError, UnknownPrompt

GOOD = """\
welcome: {en: "Welcome.", pl: "Witamy."}
goodbye: {en: "Goodbye."}
"""

# what is written -> where and what the error says
WRONG = {
    "welcome: Hello": (":1:10:", "'welcome' has no text per language"),
    "welcome: {}": (":1:10:", "'welcome' has no text per language"),
    "welcome: [en]": (":1:10:", "'welcome' has no text per language"),
    'ok: {en: "a"}\nWelcome_1: {en: "Hello."}': (":2:1:", "'Welcome_1' cannot name a prompt"),
    '../etc: {en: "Hello."}': (":1:1:", "'../etc' cannot name a prompt"),
    f'{"a" * 65}: {{en: "Hello."}}': (":1:1:", "cannot name a prompt"),
    'welcome: {english: "Hello."}': (":1:11:", "'english' is no language"),
    'welcome: {en: ""}': (":1:15:", "'welcome' has no text in en"),
    "welcome: {en: [a, b]}": (":1:15:", "'welcome' has no text in en"),
    'welcome: {en: "a"}\nwelcome: {en: "b"}': (":2:1:", "'welcome' stands here and in line 1"),
    "- welcome": (":1:1:", "this file is not a list of prompts"),
    "welcome: &a {en: x}\nbye: *a": (":2:6:", "'*a' means something special in YAML"),
    "welcome: !!python/name:os.system {en: x}": (":1:10:", "means something special in YAML"),
    "welcome: {en: 'x": (":1:", "a quote that opens here does not close"),
    "[" * 5000: (":1:", "this stands inside more than 16 others"),
}


def folder_with(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text)
    return path


def test_a_prompt_has_a_text_a_recording_and_a_name_for_asterisk(tmp_path: Path) -> None:
    catalogue = Catalogue.load(folder_with(tmp_path, prompts=GOOD))
    assert catalogue.text("welcome", "pl") == "Witamy."
    assert catalogue.recording("welcome", "pl") == tmp_path / "pl" / "welcome.wav"
    assert catalogue.media("welcome", "pl") == f"sound:{tmp_path}/pl/welcome"
    assert catalogue.languages == {"en", "pl"}


def test_a_prompt_that_is_not_there_is_named(tmp_path: Path) -> None:
    catalogue = Catalogue.load(folder_with(tmp_path, prompts=GOOD))
    with pytest.raises(UnknownPrompt, match="no prompt 'hello' in 'en'"):
        catalogue.media("hello", "en")
    with pytest.raises(UnknownPrompt, match="no prompt 'goodbye' in 'pl'"):
        catalogue.media("goodbye", "pl")


def test_missing_names_what_a_caller_would_not_hear(tmp_path: Path) -> None:
    catalogue = Catalogue.load(folder_with(tmp_path, prompts=GOOD))
    catalogue.recording("welcome", "pl").parent.mkdir()
    catalogue.recording("welcome", "pl").touch()
    assert catalogue.missing("pl") == ("goodbye",)
    assert catalogue.missing("en") == ("welcome", "goodbye")


def test_yaml_words_and_numbers_stay_text(tmp_path: Path) -> None:
    catalogue = Catalogue.load(folder_with(tmp_path, prompts="on: {no: yes}\n0123: {en: 012}"))
    assert catalogue.text("on", "no") == "yes"
    assert catalogue.text("0123", "en") == "012"


@pytest.mark.parametrize(("text", "where", "what"), [(text, *error) for text, error in WRONG.items()])
def test_a_mistake_is_shown_with_its_file_and_line(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        Catalogue.load(folder_with(tmp_path, prompts=text))
    assert f"{tmp_path / 'prompts.yaml'}{where}" in str(refusal.value)
    assert what in str(refusal.value)


def test_every_mistake_is_shown_at_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as refusal:
        Catalogue.load(folder_with(tmp_path, one="a: x\nb: y", two="c: z"))
    assert str(refusal.value).count("has no text per language") == 3


def test_a_language_can_have_files_of_its_own(tmp_path: Path) -> None:
    catalogue = Catalogue.load(folder_with(tmp_path, one=GOOD, two='goodbye: {pl: "Do widzenia."}'))
    assert catalogue.texts["goodbye"] == {"en": "Goodbye.", "pl": "Do widzenia."}


def test_a_text_in_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"two\.yaml:1:11: .*'welcome' has a text in en in another file already"):
        Catalogue.load(folder_with(tmp_path, one=GOOD, two=GOOD))


def test_a_file_that_is_too_big_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="more than 1048576 bytes"):
        Catalogue.load(folder_with(tmp_path, prompts="#" * 2_000_000))


def test_a_folder_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"no prompts here; name the folder that holds prompts\.yaml"):
        Catalogue.load(tmp_path)


def test_a_folder_that_asterisk_cannot_play_from_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a,b").mkdir()
    with pytest.raises(CatalogueError, match="comma"):
        Catalogue.load(folder_with(tmp_path / "a,b", prompts=GOOD))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text("{}[]:&*!<-#\"' \nen", max_size=200).map(str.encode))
def test_whatever_a_file_holds_the_answer_is_a_catalogue_or_a_clear_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "prompts.yaml").write_bytes(data)
    refusal = None
    try:
        Catalogue.load(tmp_path)
    except CatalogueError as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith(str(tmp_path))
