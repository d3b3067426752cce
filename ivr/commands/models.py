"""ivr models: what callers are understood in, and how to have more understood."""

from __future__ import annotations

import asyncio
from argparse import Namespace, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Final

from ivr import config
from ivr.commands.options import Commands, settings
from ivr.errors import ConfigError
from ivr.pci_client import PciClient
from ivr.understanding.lexicons import LEXICONS
from pci.contract import HeardLanguage
from speech import Model, SpeechError

_ABOUT: Final = """\
Shows the speech models that the card side has loaded, and which of them understands what; with --check,
whether a folder holds a model that could be used."""
_MORE: Final = """\
where models come from:
  English digits, days and a few words are shipped. For other languages and more words download a Vosk model that is
  called "small" from https://alphacephei.com/vosk/models, unpack it where the user of pci may read it, see what
  `ivr models --check FOLDER` says, name it in pci.toml, and start pci anew:

    [speech]
    models = {es = "/opt/models/es"}

which verbs need which:
  pay                 digits, and yes and no, in English: a card is understood in no other language
  ask                 digits; grouped numbers too if callers say "forty-two"
  ask for an amount   grouped numbers and amounts
  ask for a day       grouped numbers and days; an expiry date too if callers say "March"
  menu, confirm       yes and no; the words of your own choices: any that the model knows
  free speech         nothing in Tonewall takes it: what is heard is always words of a list
More: docs/howto/speech.md"""
_ENGLISH: Final = LEXICONS["en"]
_PARTS: Final = {
    "digits": "zero oh one two three four five six seven eight nine double triple",
    "grouped numbers": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
    "amounts": "dollars cents point and",
    "days": " ".join((*_ENGLISH.months, *_ENGLISH.weekdays, *_ENGLISH.days_ahead, *_ENGLISH.nth)),
    "yes and no": "yes no",
    "help": "agent operator repeat start again",
}
"""What is asked of callers in English; other languages are understood in the words of their flows."""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "models",
        parents=[settings()],
        help="show what callers are understood in when they speak",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="only say whether this folder holds a model")
    parser.set_defaults(command=_models)


def _models(options: Namespace) -> None:
    if options.check is not None:
        _check(options.check)
        return
    print("\n".join(asyncio.run(_heard(config.load(options.config).pci.socket))))


def _check(folder: Path) -> None:
    try:
        Model("", folder).check()
    except SpeechError as error:
        raise ConfigError(str(error)) from None
    print(f"{folder} is a Vosk model that can listen for words. Name it in pci.toml: [speech] models")


async def _heard(socket: Path) -> list[str]:
    async with PciClient.open(socket) as card_side:
        languages = await card_side.heard_languages()
        lines = [line for language in languages for line in await _described(card_side, language)]
    return [*(lines or ["Nobody is understood when they speak: the card side has no model."]), "", _MORE]


async def _described(card_side: PciClient, heard: HeardLanguage) -> list[str]:
    lines = [f"{heard.language}  {heard.model}{'  (shipped)' if heard.shipped else ''}"]
    for part, words in _PARTS.items() if heard.language == "en" else ():
        wanted = words.split()
        missing = sorted(set(wanted) - await card_side.known_words(heard.language, wanted))
        lines.append(f"    {part}: {'without ' + ', '.join(missing) if missing else 'yes'}")
    return lines
