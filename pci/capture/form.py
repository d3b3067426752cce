"""The fields of a card that one capture asks for, and what was answered so far."""

from __future__ import annotations

from typing import Final

from pci.card import Cvv, Expiry, Pan, PostalCode
from pci.contract import Brand, CaptureRequest, CardField
from pci.secret import Secret

_KINDS: Final[dict[CardField, type[Secret]]] = {
    CardField.NUMBER: Pan,
    CardField.EXPIRY: Expiry,
    CardField.SECURITY_CODE: Cvv,
    CardField.POSTAL_CODE: PostalCode,
}
# what another number may make wrong: it may be that of another card
_OF_THE_CARD: Final = (CardField.NUMBER, CardField.EXPIRY, CardField.SECURITY_CODE)


class CardForm:
    """Answers, in the order in which they are asked for. They are this form's to wipe."""

    def __init__(self, request: CaptureRequest) -> None:
        wanted = {
            CardField.NUMBER: True,
            CardField.EXPIRY: True,
            CardField.SECURITY_CODE: request.security_code,
            CardField.POSTAL_CODE: request.postal_code,
        }
        self.fields: Final = tuple(field for field, asked in wanted.items() if asked)
        self._answers: dict[CardField, Secret] = {}

    @property
    def next(self) -> CardField | None:
        """The first field without an answer; None if there is none."""
        return next((field for field in self.fields if field not in self._answers), None)

    @property
    def brand(self) -> Brand | None:
        """That of the card, once its number is known."""
        return self.pan.brand if self.pan is not None else None

    @property
    def pan(self) -> Pan | None:
        """The number, if it was answered."""
        answer = self._answers.get(CardField.NUMBER)
        return answer if isinstance(answer, Pan) else None

    @property
    def expiry(self) -> Expiry | None:
        """The expiry date, if it was answered."""
        answer = self._answers.get(CardField.EXPIRY)
        return answer if isinstance(answer, Expiry) else None

    def kind(self, field: CardField) -> type[Secret]:
        """What holds the answer to a field."""
        return _KINDS[field]

    def put(self, field: CardField, answer: Secret) -> None:
        """Keep an answer."""
        self.drop(field)
        self._answers[field] = answer

    def drop(self, field: CardField) -> tuple[CardField, ...]:
        """Wipe the answer to a field, and with a number what belongs to its card; the fields that had answers."""
        gone = _OF_THE_CARD if field is CardField.NUMBER else (field,)
        dropped = tuple(one for one in gone if one in self._answers)
        for one in dropped:
            self._answers.pop(one).wipe()
        return dropped

    def take_rest(self) -> tuple[Cvv | None, PostalCode | None]:
        """What goes with the card to its charge and is not stored; from now on the taker's to wipe."""
        cvv = self._answers.pop(CardField.SECURITY_CODE, None)
        postal_code = self._answers.pop(CardField.POSTAL_CODE, None)
        return (
            cvv if isinstance(cvv, Cvv) else None,
            postal_code if isinstance(postal_code, PostalCode) else None,
        )

    def wipe(self) -> None:
        """Overwrite all."""
        while self._answers:
            self._answers.popitem()[1].wipe()
