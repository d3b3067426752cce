"""language: change what the caller hears from here on, or let them choose it."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, get_args

from babel import Locale
from pydantic import BeforeValidator, Field, WithJsonSchema

from ivr.flow.asking import Asking
from ivr.flow.call import Call
from ivr.flow.keys import Keys
from ivr.flow.model import Step
from ivr.flow.problems import quoted
from ivr.flow.spoken import Prompt, SpokenIn
from ivr.flow.values import Language, Sayable, Speech, speech
from ivr.understanding.questions import for_choice

Chosen = Literal["done", "failed"]
Outcome = Literal["done"]
OFFER = "this-language-press"
"""Said in each language that is offered, and then its key: For English, press … one."""


def _name(language: str, within: str) -> str:
    """The name of a language, as it is called in another; "" if nobody knows it."""
    return str(Locale.parse(within).languages.get(language, "")).lower()


def _digit(key: object) -> object:
    if isinstance(key, str) and not re.fullmatch("[0-9]", key):
        raise ValueError(f"{quoted(key)} cannot be offered here; write one of 0 to 9")
    return key


Digit = Annotated[str, BeforeValidator(_digit), WithJsonSchema({"type": "string", "pattern": "^[0-9]$"})]


class ChooseLanguage(Asking):
    """`language: {choices: {1: en, 2: es}}`: each language is offered in its own words, after the prompt."""

    verb: ClassVar = "language"
    outcomes: ClassVar = get_args(Chosen)
    onward: ClassVar = "done"
    ends: ClassVar = frozenset({"failed"})
    at_once: ClassVar = frozenset({"done"})  # of a caller whose language is remembered
    wrong_keys: ClassVar = "did-not-understand"

    prompt: Speech = Field(default=(), description="said before the languages are offered")
    choices: dict[Digit, Language] = Field(
        min_length=1, description="key and language: `{1: en, 2: es}`; keys are 0 to 9"
    )
    remember: bool = Field(
        default=False, description="keep the choice for the number that calls: next time it is not asked"
    )
    ask_again: bool = Field(default=False, description="ask even those whose language is remembered")

    def says(self) -> tuple[Sayable, ...]:
        """What every asking says, and the offers."""
        return (*super().says(), OFFER, *(f"digit-{key}" for key in self.choices))

    def speaks(self) -> tuple[str, ...]:
        """The languages that it can change to."""
        return tuple(self.choices.values())

    def phrases(self, language: str) -> dict[str, tuple[str, ...]]:
        """What callers who hear `language` may say for each key: the name of a language, in it and in itself."""
        named = {key: (_name(offered, language), _name(offered, offered)) for key, offered in self.choices.items()}
        return {key: tuple(filter(None, names)) for key, names in named.items()}

    async def run(self, call: Call) -> Chosen:
        """Take the language that is remembered, or ask."""
        if self.remember and not self.ask_again:
            known = await call.remembered_language()
            if known is not None and known in self.choices.values():
                call.language = known
                return "done"
        keys = Keys(
            most=1,
            finish_on_key="",
            first_digit_timeout=self.first_digit_timeout,
            inter_digit_timeout=self.inter_digit_timeout,
            choices="".join(self.choices),
            speech=for_choice(call.language, self.phrases(call.language)) if self.by_speech() else None,
        )
        chosen = await self.answer(call, keys, self.choices.get)
        if chosen is None:
            return "failed"
        call.language = chosen
        if self.remember:
            await call.remember_language()
        return "done"

    def question(self, call: Call) -> Prompt:
        """The prompt, and each language in its own words."""
        offers = (SpokenIn(language, (OFFER, f"digit-{key}")) for key, language in self.choices.items())
        return (*speech(self.prompt, call.variables), *offers)


class SetLanguage(Step):
    """`language: es` goes on in Spanish."""

    verb: ClassVar = "language"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    at_once: ClassVar = frozenset({"done"})
    whole: ClassVar = "to"
    with_keys: ClassVar = ChooseLanguage

    to: Language = Field(description="two letters, one of the flow's languages")

    def speaks(self) -> tuple[str, ...]:
        """The language that it changes to."""
        return (self.to,)

    async def run(self, call: Call) -> Outcome:
        """From the next prompt on."""
        call.language = self.to
        return "done"
