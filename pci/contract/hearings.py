"""A caller outside of a capture is heard."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from pci.contract.base import Identifier, Language, Model, Word


class HearingRequest(Model):
    """Hear what this caller says, who is in the application of who asks and not in a capture, as words of a list.

    Words of it that the model does not know are not heard.
    """

    call_id: Identifier
    channel_id: Identifier
    language: Language = "en"
    words: tuple[Word, ...] = Field(min_length=1, max_length=512)


class HeardLanguage(Model):
    """A language that callers can be heard in, and the name of the model."""

    language: Language
    model: str
    shipped: bool


class HeardLanguages(Model):
    """Every one there is."""

    languages: tuple[HeardLanguage, ...]


class WordsAsked(Model):
    """Which of these words can be heard in this language?"""

    language: Language = "en"
    words: tuple[Word, ...] = Field(min_length=1, max_length=512)


class WordsKnown(Model):
    """These."""

    known: tuple[str, ...]


class HearingStarted(Model):
    """From now on nothing that is said is missed."""

    type: Literal["hearing"] = "hearing"


class SpokenWords(Model):
    """One way of understanding; `score` is a log-likelihood. Words that are none of the list are `[unk]`.

    Those at the places `faint` may be an echo of what is played to the caller.
    """

    words: tuple[str, ...] = Field(repr=False)
    score: float
    faint: tuple[int, ...] = ()


class SpeechHeard(Model):
    """A stretch of speech, the likeliest understanding first; until it is `final` there may be more of it.

    Of one that is not, only a word is told: somebody speaks.
    """

    type: Literal["heard"] = "heard"
    alternatives: tuple[SpokenWords, ...]
    final: bool


class HearingEnd(StrEnum):
    """Why a caller is not heard any more."""

    STOPPED = "stopped"  # by who asked
    CAPTURE = "capture-began"
    CALLER_GONE = "caller-gone"
    TOO_LONG = "too-long"
    TOO_SLOW = "too-slow"  # more is said than this machine can recognise in time: have them use their keys
    SOUND_LOST = "sound-lost"  # Asterisk sends none any more
    OVERHEARD = "overheard"  # somebody else got at what is said
    CARD_SAID = "card-said"  # twelve digits or more, which may be a card number: they were not told


class HearingEnded(Model):
    """The last event, if the hearing is not ended by who asked."""

    type: Literal["ended"] = "ended"
    reason: HearingEnd


HearingEvent = Annotated[HearingStarted | SpeechHeard | HearingEnded, Field(discriminator="type")]
HEARING_EVENT: TypeAdapter[HearingEvent] = TypeAdapter(HearingEvent)
