"""menu: let the caller choose the next step with one key, or by saying it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from ivr.flow.asking import Asking
from ivr.flow.call import Call
from ivr.flow.keys import Keys
from ivr.flow.phrases import Phrases, in_language
from ivr.flow.values import Key, StepName
from ivr.understanding.questions import for_choice


class Menu(Asking):
    """`menu: {prompt: [...], choices: {1: pay, 9: goodbye}}`: each key is an outcome, and so is `failed`."""

    verb: ClassVar = "menu"
    outcomes: ClassVar = ("failed",)
    ends: ClassVar = frozenset({"failed"})
    wrong_keys: ClassVar = "did-not-understand"

    choices: dict[Key, StepName] = Field(
        min_length=1, description="key and step: `{1: pay, 9: bye}`; keys are 0 to 9, `*`, `#`"
    )
    words: dict[Key, Phrases] = Field(
        default={}, description="with `input: [keypad, speech]`: key and what callers say for it, see below"
    )

    def targets(self) -> Mapping[str, str]:
        """The step that each key leads to."""
        return self.choices

    def phrases(self, language: str) -> dict[str, tuple[str, ...]]:
        """What callers may say for each key, beside its number."""
        return {key: in_language(self.words.get(key, ()), language) for key in self.choices}

    async def run(self, call: Call) -> str:
        """Ask, and give the key that was chosen."""
        person = bool(call.variables.person_key)
        keys = Keys(
            most=1,
            finish_on_key="",
            first_digit_timeout=self.first_digit_timeout,
            inter_digit_timeout=self.inter_digit_timeout,
            choices="".join(self.choices),
            speech=for_choice(call.language, self.phrases(call.language), person=person)
            if self.by_speech()
            else None,
        )
        return await self.answer(call, keys, self._choice) or "failed"

    def _choice(self, pressed: str) -> str | None:
        return pressed if pressed in self.choices else None
