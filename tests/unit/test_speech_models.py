"""Which models there are, what is wrong with one, and what `ivr models` tells of them."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from ivr.__main__ import main
from pci.config import SpeechSettings
from pci.hearing.models import chosen, recogniser
from speech import SHIPPED, Model, ModelBroken, ModelMissing
from speech.vosk import VoskRecogniser
from tests.pci_rig import open_rig
from tests.unit.test_ivr_config import GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all that a model has, and nothing in it."""
    folder = tmp_path / "model"
    for name in ("am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_given_a_folder_that_is_no_model_then_it_is_said_what_is_missing(folder: Path) -> None:
    (folder / "am" / "final.mdl").unlink()
    with pytest.raises(ModelBroken, match=r"am/final\.mdl"):
        Model("es", folder).check()


def test_given_a_model_that_takes_no_list_of_words_then_another_one_is_advised(folder: Path) -> None:
    (folder / "graph" / "HCLr.fst").rename(folder / "graph" / "HCLG.fst")
    with pytest.raises(ModelBroken, match="dynamic graph"):
        Model("es", folder).check()


def test_a_model_that_comes_within_another_is_checked_with_it(folder: Path) -> None:
    (folder / "again").mkdir()
    with pytest.raises(ModelBroken, match=r"again is no Vosk model"):
        Model("es", folder).check()


def test_given_no_folder_then_it_is_said_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="nowhere"):
        Model("es", tmp_path / "nowhere").check()


def test_given_files_that_vosk_cannot_read_then_nothing_starts(folder: Path) -> None:
    with pytest.raises(ModelBroken, match="cannot load"), VoskRecogniser.open([Model("es", folder)]):
        pass


def test_a_word_that_only_one_of_two_models_knows_is_not_listened_for(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED["en"], tmp_path / "model")
    words = tmp_path / "model" / "again" / "graph" / "words.txt"
    words.write_text(words.read_text().replace("seven ", "sieben "))
    with VoskRecogniser.open([Model("en", tmp_path / "model")]) as recogniser:
        assert recogniser.known(["six", "seven", "sieben"]) == {"six"}


def test_an_operators_model_takes_the_shipped_ones_place_and_no_listeners_need_none(folder: Path) -> None:
    own = SpeechSettings.model_validate({"models": {"en": folder, "es": folder}})
    assert [(one.language, one.folder) for one in chosen(own)] == [("en", folder), ("es", folder)]
    deaf = SpeechSettings(listeners=0)
    assert chosen(deaf) == ()
    with recogniser(deaf) as nobody:
        assert nobody is None


def test_ivr_models_checks_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--check", str(folder)]) == 0
    assert "is a Vosk model" in capsys.readouterr().out
    (folder / "conf" / "model.conf").unlink()
    assert main(["models", "--check", str(folder)]) == 2
    assert "conf/model.conf" in capsys.readouterr().err


async def test_ivr_models_tells_what_the_card_side_hears(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ivr.toml").write_text(GOOD.replace("run/pci.sock", "pci.sock"))
    async with open_rig(tmp_path, models=(Model("en", SHIPPED["en"]), Model("es", tmp_path / "small-es"))):
        command = ["models", "--config", str(tmp_path / "ivr.toml")]
        assert await asyncio.to_thread(main, command) == 0
    told = capsys.readouterr().out
    assert "en  en-digits  (shipped)\n    digits: yes\n" in told
    assert "es  small-es\n" in told
    assert "alphacephei.com/vosk/models" in told


def test_ivr_models_says_when_the_card_side_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ivr.toml").write_text(GOOD)
    assert main(["models", "--config", str(tmp_path / "ivr.toml")]) == 1
    assert "does not answer" in capsys.readouterr().err
