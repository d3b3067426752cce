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


# prompts that end where an amount or a date begins
BEFORE_A_VALUE = r"you-owe|about-to-pay|you-paid|due-on|this-language-press"


@dataclass(frozen=True, slots=True)
class Carriers:
    """The sentences of a language, each for the pieces that are met in its place."""

    number: str
    hundred: str
    scale: str
    point: str
    digit: str
    coins_and: str
    coins: str
    last_coins: str
    month: str
    nth: str
    before_a_value: str
    with_your: str
    brand: str
    ending_in: str

    def deliveries(self) -> tuple[Delivery, ...]:
        """What is spoken how in this language."""
        return (
            Delivery(r"n-\d\d?(-[a-z])?", self.number, 0.9, tail=0.02),
            Delivery(r"(n|hundred)-\d+(-[a-z]+)*|minus", self.hundred, 0.9, tail=0.02),
            Delivery(r"(thousand|million|billion)s?(-and)?", self.scale, 0.9, tail=0.03),
            Delivery(r"point", self.point, 0.9, tail=0.02),
            Delivery(r"(digit|letter)-.", self.digit, tail=0.06),
            Delivery(r"(.*-)?(dollar|euro|pound|peso|real|reai|zloty)s?(-[nzt])?(-of)?-and", self.coins_and, 0.95),
            Delivery(
                r"(.*-)?(dollar|euro|pound|peso|real|reai|zloty|yen)s?(-[nzt])?(-of)?", self.coins, 0.95, tail=0.2
            ),
            Delivery(r"(euro-)?cents?|centavos?|penny|pence|grosz|groszy", self.last_coins, 0.95, tail=0.2),
            Delivery(r"month-\d\d?", self.month, 0.95, tail=0.02),
            Delivery(r"nth-\d\d?", self.nth, 0.95, tail=0.03),
            Delivery(BEFORE_A_VALUE, self.before_a_value, 0.95, lead=0.1, tail=0.03),
            Delivery(r"with-your", self.with_your, 0.95),
            Delivery(r"brand-.*", self.brand, tail=0.03),
            Delivery(r"ending-in", self.ending_in, tail=0.08),
            Delivery(r".*", lead=0.1, tail=0.25),
        )


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
    Delivery(r".*-(dollar|zloty|peso|real|reai)s?-and", "You owe seventeen, {} ten cents.", 0.95),
    Delivery(r".*-(dollar|zloty|peso|real|reai)s?", "You owe seventeen, {}, thank you.", 0.95, tail=0.2),
    Delivery(r".*-and", "You owe forty {} ten cents.", 0.95),
    Delivery(r"(dollar|euro|pound)s?|yen", "You owe forty {}, thank you.", 0.95, tail=0.2),
    Delivery(
        r"cents?|centavos?|penny|pence|grosz|groszy", "You owe nine dollars and forty, {}, thank you.", 0.95, tail=0.2
    ),
    Delivery(r"month-\d\d?", "It is due, {} first, twenty twenty-six.", 0.95),
    Delivery(r"nth-\d\d?", "It is due on March, {}, twenty twenty-six.", 0.95, tail=0.05),
    Delivery(r"you-owe|about-to-pay|due-on|this-language-press", "{}, ten dollars.", 0.9, lead=0.1, tail=0.03),
    Delivery(r"you-paid", "{}... ten dollars.", 0.9, lead=0.1),
    Delivery(r"with-your", "Please pay it, {} Visa card.", 0.9),
    Delivery(r"brand-.*", "Please pay it with this, {}, ending in four.", tail=0.03),
    Delivery(r"ending-in", "Pay with your Visa card {}, three, two.", tail=0.08),
    Delivery(r".*", lead=0.1, tail=0.25),
)
SPANISH = Carriers(
    number="Son, {} tazas.",
    hundred="Son, {} tres tazas.",
    scale="Son, seis {} tres tazas.",
    point="Son seis {} tres.",
    digit="Es ocho... {}... diez... cuatro.",
    coins_and="Son diecisiete, {} tres centavos.",
    coins="Son diecisiete, {}, gracias.",
    last_coins="Son nueve pesos con cuarenta, {}, gracias.",
    month="Vence el dos, {} tres mil.",
    nth="Vence el, {} de enero.",
    before_a_value="{}, tres pesos.",
    with_your="Páguelo ya, {} tarjeta.",
    brand="Pague con esta, {}, terminada en tres.",
    ending_in="Pague con la tarjeta, {}, tres, dos.",
)
FRENCH = Carriers(
    number="Montant net... {}, pas plus.",
    hundred="Montant net... {}, pas plus.",
    scale="Montant net, sept {} trois tours.",
    point="Soit sept {} trois.",
    digit="C'est huit... {}... dix... quatre.",
    coins_and="Vous devez dix-sept, {} trois centimes.",
    coins="Vous devez dix-sept, {}, merci.",
    last_coins="Vous devez neuf euros et quarante, {}, merci.",
    month="C'est le trois, {} trois mille.",
    nth="C'est le, {} décembre.",
    before_a_value="{}, trois euros.",
    with_your="Payez-la, {} carte.",
    brand="Payez avec cette, {}, se terminant par trois.",
    ending_in="Payez avec la carte, {}, trois, deux.",
)
ITALIAN = Carriers(
    number="Sono, {} tazze.",
    hundred="Sono, {} tre tazze.",
    scale="Sono dodici... {} trecento tazze.",
    point="Sono sette {} tre.",
    digit="È otto... {}... dieci... quattro.",
    coins_and="Sono diciassette, {} tre centesimi.",
    coins="Sono diciassette, {}, grazie.",
    last_coins="Sono nove euro e quaranta, {}, grazie.",
    month="Scade il tre, {} tremila.",
    nth="Scade il, {} dicembre.",
    before_a_value="{}, tre euro.",
    with_your="La paghi ora, {} carta.",
    brand="Paghi con questa, {}, che termina con tre.",
    ending_in="Paghi con la carta, {}, tre, due.",
)
PORTUGUESE = Carriers(
    number="São, {} taças.",
    hundred="São, {} três taças.",
    scale="São, sete {} três taças.",
    point="São sete {} três.",
    digit="É oito... {}... dez... quatro.",
    coins_and="São dezessete, {} três centavos.",
    coins="São dezessete, {}, obrigado.",
    last_coins="São nove reais e quarenta, {}, obrigado.",
    month="Vence dia três, {} três mil.",
    nth="Vence dia, {} de dezembro.",
    before_a_value="{}, três reais.",
    with_your="Pague agora, {} cartão.",
    brand="Pague com este, {}, com final três.",
    ending_in="Pague com o cartão, {}, três, dois.",
)
# espeak-ng speaks every word alike, wherever it stands
MACHINE = (
    Delivery(r"(digit|letter)-.", tail=0.15),
    Delivery(BEFORE_A_VALUE, lead=0.1, tail=0.03),
    Delivery(r"(n|nth|month)-.*|(thousand|million|billion).*|minus|point|.*-and", tail=0.03),
    Delivery(r".*", lead=0.05, tail=0.2),
)
DELIVERIES = {
    "en": ENGLISH,
    "es": SPANISH.deliveries(),
    "fr": FRENCH.deliveries(),
    "it": ITALIAN.deliveries(),
    "pl": MACHINE,
    "pt": PORTUGUESE.deliveries(),
}

# by language: the id or the text of a recording, with the sounds of what its voice gets wrong, as Kokoro writes them
RESPELT = {
    "en": {
        "groszy": "[groszy](/ɡɹˈɔʃi/)",
        "brazilian-reais": "Brazilian [reais](/ɹAˈIs/)",
        "brazilian-reais-and": "Brazilian [reais](/ɹAˈIs/) and",
        "brazilian-real": "Brazilian [real](/ɹAˈɑl/)",
        "brazilian-real-and": "Brazilian [real](/ɹAˈɑl/) and",
    },
    "es": {"grosz": "[grosz](/ɡɾˈoʃ/)", "groszy": "[groszy](/ɡɾˈoʃi/)"},
    "it": {
        "grosz": "[grosz](/ɡrˈɔʃ/)",
        "groszy": "[groszy](/ɡrˈɔʃi/)",
        "penny": "[penny](/pˈɛni/)",
        "pence": "[pence](/pˈɛns/)",
    },
    "pt": {"grosz": "[grosz](/ɡɾˈɔʃ/)", "groszy": "[groszy](/ɡɾˈɔʃi/)", "pence": "[pence](/pˈɛns/)"},
    "fr": {
        "grosz": "[grosz](/ɡʁˈɔʃ/)",
        "groszy": "[groszy](/ɡʁɔʃˈi/)",
        "penny": "[penny](/pɛnˈi/)",
        "pence": "[pence](/pˈɛns/)",
        "cent": "[cent](/sˈɛnt/)",
        "cents": "[cents](/sˈɛnt/)",
        "polish-zloty": "[zloty](/zlɔtˈi/)",
        "polish-zloty-and": "[zloty](/zlɔtˈi/) et",
        "polish-zlotys": "[zlotys](/zlɔtˈi/)",
        "polish-zlotys-and": "[zlotys](/zlɔtˈi/) et",
        "polish-zlotys-of": "de [zlotys](/zlɔtˈi/)",
        "polish-zlotys-of-and": "de [zlotys](/zlɔtˈi/) et",
        "letter-e": "[e](/ˈø/)",
        "brand-amex": "carte [American Express](/ameʁikˈan ɛksprˈɛs/)",
        "brand-diners-club": "carte [Diners Club](/dajnˈœʁs klˈœb/)",
        "brand-discover": "carte [Discover](/diskɔvˈœʁ/)",
        "brand-unionpay": "carte [UnionPay](/junjɔnpˈɛ/)",
        # the liaison before it
        "euro-n": "[euro](/nøʁˈo/)",
        "euro-n-and": "[euro](/nøʁˈo/) et",
        "euros-n": "[euros](/nøʁˈo/)",
        "euros-n-and": "[euros](/nøʁˈo/) et",
        "euros-z": "[euros](/zøʁˈo/)",
        "euros-z-and": "[euros](/zøʁˈo/) et",
        "euros-t": "[euros](/tøʁˈo/)",
        "euros-t-and": "[euros](/tøʁˈo/) et",
        # before a consonant
        "n-6-c": "[six](/sˈi/)",
        "n-8-c": "[huit](/yˈi/)",
        "n-10-c": "[dix](/dˈi/)",
        "n-18-c": "[dix-huit](/dˈizyˈi/)",
        "n-26-c": "[vingt-six](/vˈɛ̃tsˈi/)",
        "n-28-c": "[vingt-huit](/vˈɛ̃tyˈi/)",
        "n-36-c": "[trente-six](/tʁˈɑ̃tsˈi/)",
        "n-38-c": "[trente-huit](/tʁˈɑ̃tyˈi/)",
        "n-46-c": "[quarante-six](/kaʁˈɑ̃tsˈi/)",
        "n-48-c": "[quarante-huit](/kaʁˈɑ̃tyˈi/)",
        "n-56-c": "[cinquante-six](/sɛ̃kˈɑ̃tsˈi/)",
        "n-58-c": "[cinquante-huit](/sɛ̃kˈɑ̃tyˈi/)",
        "n-66-c": "[soixante-six](/swasˈɑ̃tsˈi/)",
        "n-68-c": "[soixante-huit](/swasˈɑ̃tyˈi/)",
        "n-70-c": "[soixante-dix](/swasˈɑ̃tdˈi/)",
        "n-78-c": "[soixante-dix-huit](/swasˈɑ̃tdˈizyˈi/)",
        "n-86-c": "[quatre-vingt-six](/kˈatʁvˈɛ̃sˈi/)",
        "n-88-c": "[quatre-vingt-huit](/kˈatʁvˈɛ̃yˈi/)",
        "n-90-c": "[quatre-vingt-dix](/kˈatʁvˈɛ̃dˈi/)",
        "n-98-c": "[quatre-vingt-dix-huit](/kˈatʁvˈɛ̃dˈizyˈi/)",
    },
}


def respelt(prompt_id: str, text: str, language: str) -> str:
    """The text as the voice is given it."""
    words = RESPELT.get(language, {})
    spelt = words.get(prompt_id, words.get(text, text))
    if language == "fr" and prompt_id.endswith("-and"):
        return spelt.replace(" et", "| et")  # apart from the plural before it, whose s stays silent
    return spelt
