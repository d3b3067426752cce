"""The party of `ivr simulate`: a person at a terminal, or lines from a pipe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TextIO

from ivr.apis.errors import ApiUnreachable
from ivr.bill import refuse_card_number
from ivr.flow.answer import Json, read_json
from ivr.flow.call import CallerHungUp
from ivr.flow.engine import StepTaken
from ivr.flow.keys import Keys
from ivr.flow.person import Reached
from ivr.rehearsal.cards import CARDS, DOWN, Keyed, NoCard
from ivr.rehearsal.people import ABOUT, PEOPLE
from ivr.rehearsal.speaking import understood

_PLAIN: Final = {"said": "", "card": "", "step": "", "ask": "", "off": ""}
_COLOURS: Final = {"said": "\033[1m", "card": "\033[35m", "step": "\033[2m", "ask": "\033[36m", "off": "\033[0m"}
_CARDS: Final = {name: card.about for name, card in CARDS.items() if name != DOWN}
_PEOPLE: Final = {name: ABOUT[reached] for name, reached in PEOPLE.items()}
_NOT_FOUND: Final = "not-found"
_NO_ANSWER: Final = "down"


class Terminal:
    """Implements `ivr.rehearsal.call.Party`: shows what is said, reads what is pressed; end of input hangs up.

    `down` names what does not work: `ledger`, `card-side`. `apis` are answers to choose from, by API and path.
    """

    def __init__(
        self,
        keyboard: TextIO,
        screen: TextIO,
        *,
        down: frozenset[str],
        colour: bool,
        apis: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._keyboard = keyboard
        self._screen = screen
        self._down = down
        self._apis = apis
        self._style = _COLOURS if colour else _PLAIN
        self._echo = not keyboard.isatty()
        self._listed: set[str] = set()

    def show(self, text: str = "", style: str = "off") -> None:
        """Write a line."""
        off = self._style["off"]
        self._screen.write(f"{self._style[style]}{text}{off if style != 'off' else ''}\n")
        self._screen.flush()

    def hear(self, text: str) -> None:
        """Show what the call side says."""
        self.show(f"  {text}", "said")

    def hear_card_side(self, text: str) -> None:
        """Show what the card side says, set apart."""
        self.show(f"  ▌ {text}", "card")

    def press(self, keys: Keys) -> str:
        """What is typed, "" for an empty line: the caller lets the time pass. A typed word is said."""
        while True:
            line = self._line("keys> " if keys.speech is None else "keys or words> ")
            typed = "".join(line.split())
            if re.fullmatch(r"[0-9*#]*", typed):
                if not typed:
                    self.show(f"  ({keys.first_digit_timeout:g} seconds pass)", "step")
                return typed
            if keys.speech is not None and not re.search("[0-9]", typed):
                return understood(line, keys.speech)
            self.show("  Type keys (0 to 9, * and #) and Enter; Enter alone waits; Ctrl-D hangs up.", "step")
            if keys.speech is not None:
                self.show("  Or type what the caller says, numbers as words.", "step")

    def card(self) -> Keyed | NoCard:
        """The test card that is chosen: by its number in the list, or by its name."""
        return CARDS[self._choose("card", "The card side is simulated. What shall happen there?", _CARDS)]

    def whisper(self, text: str) -> None:
        """Show what the person hears, set apart."""
        self.show(f"  ▷ {text}", "card")

    def person(self, callback_key: str = "") -> Reached:
        """What is chosen that the person does; or the caller, who presses the key."""
        leaves = {callback_key: "nothing yet, and the caller presses this key"} if callback_key else {}
        chosen = self._choose("person", "A phone rings. What does the person do?", _PEOPLE | leaves)
        return Reached.CALLBACK if chosen in leaves else PEOPLE[chosen]

    def prefers(self) -> str | None:
        """Nobody called before."""
        return None

    def ledger_is_down(self) -> bool:
        """As it was asked for on the command line."""
        return "ledger" in self._down

    def answer(self, api: str, path: str) -> Json:
        """The answer that is chosen; without a choice the one that the tests have for this path."""
        known = self._apis.get(api, {})
        usual = path if path in known else _NOT_FOUND
        choices = dict.fromkeys([usual, *known, _NOT_FOUND, _NO_ANSWER], "")
        choice = self._choose(f"{api}{path}", f"The flow asks {api} for {path}. What does it answer?", choices)
        if choice == _NO_ANSWER:
            raise ApiUnreachable
        return read_json(known[choice].encode()) if choice in known else None

    def card_side_is_down(self) -> bool:
        """As it was asked for on the command line."""
        return "card-side" in self._down

    def before_charge(self) -> None:
        """Nobody hangs up here."""

    def observe(self, taken: StepTaken) -> None:
        """Show the step."""
        self.show(f"{'':>40} {taken.step} ({taken.verb}) → {taken.outcome}", "step")

    def _choose(self, what: str, question: str, choices: Mapping[str, str]) -> str:
        """The name that is chosen, by its number in the list or by itself; the list is shown once."""
        names = list(choices)
        if what not in self._listed:
            self._listed.add(what)
            self.show(f"  {question}", "step")
            for number, name in enumerate(names, 1):
                self.show(f"  {number:>4}  {name:<25} {choices[name]}", "step")
        while True:
            typed = self._read(f"{what} (Enter: {names[0]})> ") or names[0]
            name = names[int(typed) - 1] if typed in map(str, range(1, len(names) + 1)) else typed
            if name in choices:
                return name
            self.show(f"  Type 1 to {len(names)}, or a name from the list.", "step")

    def _read(self, prompt: str) -> str:
        """A line; CallerHungUp at the end of the input. What may be a card number is never shown nor passed on."""
        return "".join(self._line(prompt).split())

    def _line(self, prompt: str) -> str:
        """As `_read`, with the spaces between words."""
        while True:
            try:
                self._screen.write(f"{self._style['ask']}{prompt}{self._style['off']}")
                self._screen.flush()
                line = self._keyboard.readline(200)
            except KeyboardInterrupt:
                line = ""
            if not line:
                self.show("(the caller hangs up)")
                raise CallerHungUp
            typed = "".join(line.split())
            try:
                refuse_card_number(typed)
            except ValueError:
                self.show("\n  That looks like a card number: never type one here. Cards are chosen from the list.")
                continue
            shown = " ".join(line.split())
            if self._echo:
                self.show(shown)
            return shown
