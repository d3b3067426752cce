"""What a step is about, in a few words: what is said, what is asked for, what is paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.flow.asking import Asking
from ivr.flow.expression import Expression
from ivr.flow.model import Step
from ivr.flow.steps.ask import Ask
from ivr.flow.steps.call import CallFlow
from ivr.flow.steps.language import ChooseLanguage, SetLanguage
from ivr.flow.steps.lookup import Lookup
from ivr.flow.steps.pay import Pay
from ivr.flow.steps.receipt import Receipt
from ivr.flow.steps.say import Say
from ivr.flow.steps.set import Set
from ivr.flow.values import MOST_KEYS, DatePart, DigitsPart, KeyRange, MoneyPart, NumberPart, Sayable


def gist(step: Step, texts: Mapping[str, str]) -> str:
    """One line; as long as it is, the drawing cuts it."""
    match step:
        case Ask():
            return f"“{_words(step.prompt, texts)}” · {_wanted(step)}"
        case ChooseLanguage():
            return " or ".join(step.choices.values())
        case SetLanguage():
            return step.to
        case Say() | Asking():
            return f"“{_words(step.prompt, texts)}”"
        case CallFlow():
            return f"the flow {step.callee.flow.name}"
        case Lookup():
            return f"{step.api}{step.path.text}" if step.path else "the open invoice of account_number"
        case Pay():
            fee = " and a fee" if step.fee else ""
            return f"{step.action} {step.amount}{fee} to {', '.join(step.valid_card_types)}"
        case Receipt():
            return f"by {' and '.join(step.by)}"
        case Set():
            return ", ".join(f"{name} = {expression.text}" for name, expression in step.values.items())
    return ", ".join(_plain(key, getattr(step, key)) for key in sorted(step.model_fields_set))


def _words(prompt: Iterable[Sayable], texts: Mapping[str, str]) -> str:
    return " ".join(_part(part, texts) for part in prompt)


def _part(part: Sayable, texts: Mapping[str, str]) -> str:
    if isinstance(part, str):
        return texts.get(part, part)
    match part:
        case MoneyPart():
            return f"{{{part.money}}}"
        case NumberPart():
            return f"{{{part.number}}}"
        case DatePart():
            return f"{{{part.date}}}"
        case DigitsPart():
            return f"{{the last digits of {part.last_digits}}}"


def _wanted(step: Ask) -> str:
    """What an ask takes for an answer."""
    if step.amount is not None:
        return f"{step.amount.least} to {step.amount.most} {step.amount.currency}"
    if step.day is not None:
        return f"a day, {step.day.earliest} to {step.day.latest} from today"
    wanted = step.digits or KeyRange(1, MOST_KEYS)
    few = str(wanted.most) if wanted.least == wanted.most else f"{wanted.least}–{wanted.most}"
    return f"{few} digits"


def _plain(key: str, value: object) -> str:
    """A key of a verb that has no line of its own above."""
    match value:
        case Expression():
            return value.text
        case bool():
            return f"{key}: {str(value).lower()}"
        case float():
            return f"{key}: {value:g}s"
        case tuple():
            return f"{key}: {', '.join(map(str, value))}"
    return f"{key}: {value}"
