"""The party of a test: does what its dialogue says, hears what it waits for, writes down what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ivr.apis.errors import ApiUnreachable
from ivr.flow.answer import Json, read_json
from ivr.flow.call import CallerHungUp
from ivr.flow.engine import StepTaken
from ivr.flow.keys import Keys
from ivr.flow.person import Reached
from ivr.rehearsal.cards import CARDS, DOWN, Keyed, NoCard
from ivr.rehearsal.errors import WentOtherwise
from ivr.rehearsal.lines import Kind, Line
from ivr.rehearsal.people import PEOPLE
from ivr.rehearsal.speaking import understood

_CARD_SIDE = "card side"
_WAITS_FOR = {
    Kind.CARD: "a card (card: approved)",
    Kind.PERSON: "a person (person: talks)",
    Kind.PRESSES: "an answer (presses, says, waits)",
}


class Script:
    """Implements `ivr.rehearsal.call.Party`. `record` is what happened so far, each as a pair of who and what."""

    def __init__(
        self,
        dialogue: Sequence[Line],
        texts: Callable[[str], str],
        apis: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        prefers: str | None = None,
    ) -> None:
        self.record: list[tuple[str, str]] = []
        self.said: list[str] = []
        self._dialogue = dialogue
        self._texts = texts
        self._apis = apis
        self._prefers = prefers
        self._at = 0
        self._unheard = ""  # what was said since the last `hears` that came true
        self._silent = False
        self._gone = False

    def words(self, written: str) -> str:
        """The text of a prompt, or the words themselves."""
        return self._texts(written)

    def hear(self, text: str) -> None:
        """Tick off what the dialogue waits for."""
        self._say("hears", text)

    def hear_card_side(self, text: str) -> None:
        """As `hear`."""
        self._say(_CARD_SIDE, text)

    def whisper(self, text: str) -> None:
        """Write down what the caller does not hear."""
        self._write(Kind.PERSON, text)

    def person(self, callback_key: str = "") -> Reached:
        """What the person of the next line does; or the caller, who presses the key."""
        self._settle()
        if callback_key and self._next(Kind.PRESSES):
            if self.press(Keys(most=1)) != callback_key:
                self._at -= 1
                raise self._otherwise(f"the call waits for an agent, and only the key {callback_key} does something")
            return Reached.CALLBACK
        line = self._take(Kind.PERSON)
        self._write(line.kind, f"({line.words})")
        return PEOPLE[line.words]

    def press(self, keys: Keys) -> str:
        """The keys of the next line, or what its words come to; "" where the caller waits."""
        if self._next(Kind.STAYS_SILENT):
            self._at += 1
            self._silent = True
        if self._silent:
            self._write("waits", "")
            return ""
        if keys.speech is None and self._next(Kind.SAYS):
            raise self._otherwise("nobody listens here: the step needs input: [keypad, speech]")
        line = self._take(Kind.PRESSES, Kind.SAYS, Kind.WAITS)
        self._write(line.kind, line.words)
        return understood(line.words, keys.speech) if keys.speech and line.kind is Kind.SAYS else line.words

    def prefers(self) -> str | None:
        """As the test says."""
        return self._prefers

    def ledger_is_down(self) -> bool:
        """Whether the next line says so."""
        self._settle()
        return self._happens(Kind.LEDGER, "down")

    def answer(self, api: str, path: str) -> Json:
        """What the tests have the API answer, unless the next line says otherwise."""
        self._settle()
        if self._happens(Kind.API, f"{api}: down"):
            raise ApiUnreachable
        text = None if self._happens(Kind.API, f"{api}: not-found") else self._apis.get(api, {}).get(path)
        self._write(api, f"{path}: {text or 'not found'}")
        return read_json(text.encode()) if text else None

    def card_side_is_down(self) -> bool:
        """Whether the next line says so."""
        self._settle()
        return self._happens(Kind.CARD, DOWN)

    def card(self) -> Keyed | NoCard:
        """The test card of the next line."""
        self._settle()
        line = self._take(Kind.CARD)
        self._write(_CARD_SIDE, f"({line.words})")
        return CARDS[line.words]

    def before_charge(self) -> None:
        """Hang up, if that is next."""
        self._settle()

    def observe(self, taken: StepTaken) -> None:
        """Write the step down."""
        self._write("step", f"{taken.step}: {taken.outcome}")

    def finish(self) -> None:
        """WentOtherwise if the dialogue has lines left that did not happen."""
        if not self._gone:
            try:
                self._settle()
            except CallerHungUp:
                return  # as the flow hangs up, so does the caller
        if self._at < len(self._dialogue):
            raise self._otherwise("the call is over")

    def _say(self, who: str, text: str) -> None:
        self._settle()
        self._write(who, text)
        self.said.append(text)
        self._unheard = f"{self._unheard} {text}"
        self._settle()

    def _settle(self) -> None:
        """Tick off what was heard; CallerHungUp if going is what the caller does next."""
        while not self._gone and self._next(Kind.HEARS):
            _, found, after = self._unheard.partition(self.words(self._dialogue[self._at].words))
            if not found:
                return
            self._unheard = after
            self._at += 1
        if self._next(Kind.HANGS_UP):
            self._at += 1
            self._gone = True
            self._write(Kind.HANGS_UP, "")
        if self._gone:
            raise CallerHungUp

    def _next(self, kind: Kind) -> bool:
        return self._at < len(self._dialogue) and self._dialogue[self._at].kind is kind

    def _happens(self, kind: Kind, words: str) -> bool:
        if self._at < len(self._dialogue) and self._dialogue[self._at] == Line(kind, words):
            self._write(kind, words)
            self._at += 1
            return True
        return False

    def _take(self, *kinds: Kind) -> Line:
        if not any(self._next(kind) for kind in kinds):
            raise self._otherwise(f"the call waits for {_WAITS_FOR[kinds[0]]}")
        self._at += 1
        return self._dialogue[self._at - 1]

    def _otherwise(self, what: str) -> WentOtherwise:
        if self._at == len(self._dialogue):
            return WentOtherwise(None, f"{what}, and the dialogue ends here")
        line = self._dialogue[self._at]
        if line.kind is not Kind.HEARS:
            return WentOtherwise(self._at, f"{what}, and the dialogue says: {line}")
        since = self._unheard.strip() or "nothing"
        return WentOtherwise(
            self._at, f"{what}, and this was not said: {self.words(line.words)}\nsaid instead: {since}"
        )

    def _write(self, who: str, what: str) -> None:
        self.record.append((who, what))
