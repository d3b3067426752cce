"""ivr prompts: what callers hear, as text and as recordings."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from ivr.commands.options import Commands, sounds
from ivr.errors import ConfigError
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.player import Player
from ivr.prompts.recordings import import_recording

_ABOUT = "What callers hear: the texts of sounds/prompts.yaml and the recordings that say them."
_LIST = (
    "List prompts: id, language, text; what has no recording is marked, and no flow of its language can be served."
)
_RENDER = (
    "Have the offline voice speak the texts that changed or have no recording. It comes with a checkout of Tonewall"
    " and installs itself there, 600 MB, when it is first used; a studio's recordings are imported instead."
)
_IMPORT = "Make a studio's recording that of a prompt: a WAV file of 8000 Hz, mono, 16 bit."
_PLAY = "Say what a recording says, where it lies, and play it if this machine has a player."
_RENDERER = Path("scripts") / "render_sounds.py"


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    prompts = commands.add_parser("prompts", help="what callers hear, and its recordings", description=_ABOUT)
    verbs = prompts.add_subparsers(title="commands", required=True, metavar="COMMAND")
    lists = verbs.add_parser("list", parents=[sounds()], help="list texts and recordings", description=_LIST)
    lists.add_argument("--language", metavar="LL", help="only this one, such as es (default: all)")
    lists.add_argument("--missing", action="store_true", help="only what has no text or no recording")
    lists.set_defaults(command=_list)
    render = verbs.add_parser("render", help="have the offline voice record", description=_RENDER)
    render.add_argument("--language", metavar="LL", help="only this one, such as es (default: all)")
    render.set_defaults(command=_render)
    imports = verbs.add_parser("import", parents=[sounds(), _named()], help="take a recording", description=_IMPORT)
    imports.add_argument("file", type=Path, metavar="FILE", help="the WAV file")
    imports.set_defaults(command=_import)
    play = verbs.add_parser("play", parents=[sounds(), _named()], help="hear a recording", description=_PLAY)
    play.set_defaults(command=_play)


def _named() -> ArgumentParser:
    """`ID --language LL`."""
    parent = ArgumentParser(add_help=False)
    parent.add_argument("id", metavar="ID", help="the prompt, such as welcome")
    parent.add_argument("--language", default="en", metavar="LL", help="two letters (default: en)")
    return parent


def _list(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    for language in _languages(options.language, catalogue):
        missing = frozenset(catalogue.missing(language))
        for prompt_id, texts in catalogue.texts.items():
            if prompt_id in missing or not options.missing:
                mark = ("no recording" if language in texts else "no text") if prompt_id in missing else ""
                print(f"{language}  {prompt_id:<32} {f'[{mark}] ' if mark else ''}{texts.get(language, '')}".rstrip())
        print(f"{language}: {len(catalogue.texts) - len(missing)} of {len(catalogue.texts)} prompts are recorded.")


def _languages(asked: str | None, catalogue: Catalogue) -> Sequence[str]:
    known = sorted(catalogue.languages)
    if asked is None or asked in known:
        return known if asked is None else [asked]
    raise ConfigError(f"No prompt has a text in {asked!r}; there are texts in {', '.join(known)}.")


def _render(options: Namespace) -> None:
    if not _RENDERER.is_file():
        told = "The offline voice is part of a checkout of Tonewall: run this command in its folder"
        raise ConfigError(f"{told}, or take recordings of your own with `ivr prompts import`.")
    only = ["--only", options.language] if options.language else []
    if subprocess.run([sys.executable, _RENDERER, *only], check=False).returncode:  # noqa: S603 - our own program
        raise ConfigError("The voice did not record everything; it says why above. What it made is kept.")


def _import(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    target = import_recording(options.file, options.id, options.language, catalogue)
    print(f"{target} says now: {catalogue.text(options.id, options.language)}")


def _play(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    text = catalogue.text(options.id, options.language)
    recording = catalogue.recording(options.id, options.language)
    if not recording.is_file():
        raise ConfigError(
            f"{options.id} has no recording in {options.language}: render or import it. Its text: {text}"
        )
    print(f"{recording}: {text}")
    player = Player.find()
    if player is None:
        print("No player was found here (aplay, paplay, play): open the file with one of yours.")
        return
    player.start([recording])
    if not player.finish():
        raise ConfigError(f"{player.name} could not play it: is there a sound card?")
