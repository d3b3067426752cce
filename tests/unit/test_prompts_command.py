"""`ivr prompts`: an operator looks at what callers hear, and puts a studio's recording in its place."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.__main__ import main
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import RecordingRefused, UnknownPrompt
from ivr.prompts.recordings import import_recording


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    (folder / "en").mkdir(parents=True)
    (folder / "prompts.yaml").write_text('welcome: {en: "Welcome.", es: "Bienvenido."}\nbye: {en: "Goodbye."}\n')
    write_wav(folder / "en" / "bye.wav")
    return folder


def write_wav(path: Path, *, rate: int = 8000, channels: int = 1, octets: int = 2, samples: int = 800) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, octets, rate, 0, "NONE", "not compressed"))
        file.writeframes(bytes(range(256)) * (samples * channels * octets // 256 + 1))
    return path


def test_the_list_says_what_is_not_recorded(sounds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "list", "--sounds", str(sounds)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "en welcome [no recording] Welcome.",
        "en bye Goodbye.",
        "en: 1 of 2 prompts are recorded.",
        "es welcome [no recording] Bienvenido.",
        "es bye [no text]",
        "es: 0 of 2 prompts are recorded.",
    ]


def test_a_language_without_texts_is_told_with_those_that_have_some(
    sounds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prompts", "list", "--language", "de", "--sounds", str(sounds)]) == 2
    assert "No prompt has a text in 'de'; there are texts in en, es." in capsys.readouterr().err


def test_a_recording_of_a_studio_is_taken_and_heard(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_wav(tmp_path / "studio.wav", samples=4000)
    monkeypatch.setenv("PATH", str(tmp_path))  # no player
    named = ["welcome", "--language", "es", "--sounds", str(sounds)]

    assert main(["prompts", "import", *named, str(file)]) == 0
    assert main(["prompts", "play", *named]) == 0

    said = capsys.readouterr().out
    assert "says now: Bienvenido." in said
    assert "No player was found here" in said
    assert Catalogue.load(sounds).missing("es") == ("bye",)
    assert [path.name for path in (sounds / "es").iterdir()] == ["welcome.wav"]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"rate": 44100}, "is 44100 Hz, 1 channel(s), 16 bit and must be 8000 Hz, 1, 16; convert it with `sox "),
        ({"channels": 2}, "is 8000 Hz, 2 channel(s), 16 bit and must be"),
        ({"octets": 1}, "is 8000 Hz, 1 channel(s), 8 bit and must be"),
        ({"samples": 8000 * 61}, "at most 60 seconds"),
    ],
)
def test_a_recording_that_asterisk_would_not_play_well_is_refused_with_the_mend(
    sounds: Path, tmp_path: Path, form: dict[str, int], told: str
) -> None:
    before = (sounds / "en" / "bye.wav").read_bytes()
    with pytest.raises(RecordingRefused) as refused:
        import_recording(write_wav(tmp_path / "x.wav", **form), "bye", "en", Catalogue.load(sounds))
    assert told in str(refused.value)
    assert (sounds / "en" / "bye.wav").read_bytes() == before


@pytest.mark.parametrize(("prompt_id", "language"), [("../../etc/x", "en"), ("welcome", "../en"), ("nothing", "en")])
def test_no_recording_gets_out_of_the_folder_of_sounds(
    sounds: Path, tmp_path: Path, prompt_id: str, language: str
) -> None:
    with pytest.raises(UnknownPrompt):
        import_recording(write_wav(tmp_path / "x.wav"), prompt_id, language, Catalogue.load(sounds))


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_taken_or_refused(sounds: Path, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "any.wav"
    file.write_bytes(data)
    with pytest.raises(RecordingRefused):
        import_recording(file, "welcome", "en", Catalogue.load(sounds))


def test_what_is_not_there_is_told(sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "import", "bye", "--sounds", str(sounds), str(tmp_path / "no.wav")]) == 2
    assert "no.wav: cannot be read: No such file or directory" in capsys.readouterr().err
    assert main(["prompts", "play", "welcome", "--sounds", str(sounds)]) == 2
    assert "welcome has no recording in en: render or import it. Its text: Welcome." in capsys.readouterr().err


def test_without_a_checkout_the_voice_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["prompts", "render"]) == 2
    assert "part of a checkout" in capsys.readouterr().err
