"""How each recording is spoken: inside which sentence, how fast, and the words that a voice does not know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the ids that match `ids` are spoken: inside `sentence`, at `speed`, with silence around (seconds)."""

    ids: str
    sentence: str = "{}"
    speed: float = 1.0
    lead: float = 0.0
    tail: float = 0.0


# the first that matches counts; each sentence is like one in which a caller will meet the words, and lets them be
# cut out cleanly: commas, dots and a following d or t make the silence that is needed
ENGLISH = (
    Delivery(r"n-\d\d?", "That is, {} dollars.", 0.9, tail=0.02),
    Delivery(r"n-\d00", "That is, {} twelve dollars.", 0.9, tail=0.02),
    Delivery(r"hundred", "That is, twelve {} dollars.", 0.9, tail=0.02),
    Delivery(r"thousand|million|billion", "That is, twelve {}, two hundred dollars.", 0.9, tail=0.04),
    Delivery(r"point", "That is, twelve {} five dollars.", 0.9, tail=0.02),
    Delivery(r"oh", "That is, nineteen {} five.", 0.9),
    Delivery(r"minus", "That is, {} twelve dollars.", 0.9, tail=0.05),
    Delivery(r"digit-\d", "It is eight... {}... ten... four.", tail=0.08),
    Delivery(r"letter-[a-z]", "It is eight... {}... ten... four.", tail=0.05),
    Delivery(r".*-(dollar|zloty)s?-and", "You owe seventeen, {} ten cents.", 0.95),
    Delivery(r".*-(dollar|zloty)s?", "You owe seventeen, {}, thank you.", 0.95, tail=0.2),
    Delivery(r".*-and", "You owe forty {} ten cents.", 0.95),
    Delivery(r"(dollar|euro|pound)s?|yen", "You owe forty {}, thank you.", 0.95, tail=0.2),
    Delivery(r"cents?|penny|pence|grosz|groszy", "You owe nine dollars and forty, {}, thank you.", 0.95, tail=0.2),
    Delivery(r"month-\d\d?", "It is due, {} first, twenty twenty-six.", 0.95),
    Delivery(r"nth-\d\d?", "It is due on March, {}, twenty twenty-six.", 0.95, tail=0.05),
    Delivery(r"you-owe|about-to-pay", "{}, ten dollars.", 0.9, lead=0.1, tail=0.03),
    Delivery(r"you-paid", "{}... ten dollars.", 0.9, lead=0.1),
    Delivery(r"with-your", "Please pay it, {} Visa card.", 0.9),
    Delivery(r"brand-.*", "Please pay it with this, {}, ending in four.", tail=0.03),
    Delivery(r"ending-in", "Pay with your Visa card {}, three, two.", tail=0.08),
    Delivery(r".*", lead=0.1, tail=0.25),
)
WHOLE = Delivery(r".*", lead=0.1, tail=0.25)

DELIVERIES = {"en": ENGLISH, "es": (WHOLE,), "fr": (WHOLE,), "it": (WHOLE,), "pt": (WHOLE,)}

# by language: a text, or the id of one, with its sounds as Kokoro writes them
RESPELT: dict[str, dict[str, str]] = {"en": {"groszy": "[groszy](/ɡɹˈɔʃi/)"}}
