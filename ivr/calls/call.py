"""LiveCall: a flow's wishes carried out on a real line, with the real card side and the real ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

import structlog

from ivr.addresses import is_e164
from ivr.agents.matter import Caller
from ivr.calls import desk
from ivr.calls.ears import Ears
from ivr.calls.kept_cards import KeptCards
from ivr.calls.line import Line
from ivr.calls.own_prompts import CHARGE_CUT_OFF, DISTURBED, FAREWELL
from ivr.calls.services import Origin, Services
from ivr.calls.visit import Visit
from ivr.errors import PciError
from ivr.flow.answer import Json
from ivr.flow.call import (
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Found,
    Invoice,
    Learned,
    PaymentInProgress,
    ReceiptChannel,
    SecureLineDown,
    StoredCard,
    Variables,
)
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt, SpokenNumber
from ivr.money import Money
from ivr.prompts.rendering import render
from ivr.prompts.spoken import Spoken
from ivr.store.errors import StoreError
from ivr.store.payments import Intent
from ivr.store.requests import Asker
from ivr.trace.recorder import Recorder
from pci.contract import CaptureEvent, CaptureOutcome, CaptureRequest, CaptureResult, ChargeState

_log = structlog.get_logger()
_TAKEN = (ChargeState.APPROVED, ChargeState.AUTHORIZED)


class LiveCall:
    """A call in progress; implements `ivr.flow.call.Call`. What the card side reports goes to `recorder`."""

    def __init__(self, origin: Origin, line: Line, language: str, services: Services, recorder: Recorder) -> None:
        self.language = language
        self.variables = Variables()
        self._origin = origin
        self._line = line
        self._services = services
        self._recorder = recorder
        self._ears = Ears(line, services.pci, origin.call_id)
        self._kept_cards = KeptCards(services.pci, services.store.cards, origin.call_id, origin.caller)
        self._tokens: dict[str, str] = {}
        self._attempts = 0
        self._paid_for = 0
        self._recorded = False
        self._sent: frozenset[ReceiptChannel] = frozenset()

    @property
    def now(self) -> datetime:
        """The time of the ledger's clock."""
        return self._services.store.database.now()

    @property
    def caller(self) -> str | None:
        """The number that the call comes from; None if the network does not tell it."""
        return self._origin.caller

    async def speak(self, prompt: Prompt) -> None:
        """Say it to the end."""
        if prompt:
            await self._line.say(self._media(prompt))

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """Say it, stop at the first key or word, give the keys without the finishing one; "" after silence."""

        async def ask() -> str:
            return await self._line.ask(self._media(prompt), lambda: self._media((DISTURBED, *prompt)), keys)

        return await (self._ears.during(keys.speech, ask) if keys.speech else ask())

    async def remembered_language(self) -> str | None:
        """The language that an earlier call from this number chose; None if nobody knows."""
        try:
            return await self._services.store.languages.find(self._origin.caller)
        except StoreError as error:
            _log.warning("language_unknown", reason=type(error).__name__)
            return None

    async def remember_language(self) -> None:
        """Keep the language for the next calls from this number, if that can be done."""
        try:
            await self._services.store.languages.remember(self._origin.caller, self.language)
        except StoreError as error:
            _log.warning("language_not_kept", reason=type(error).__name__)

    async def find_invoice(self, account: str) -> Invoice | None:
        """The open invoice of an account; LookupFailed if the ledger cannot say."""
        return await self._services.lookups.find_invoice(account)

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """What an API says, its bill in the ledger; None if nothing is owed, LookupFailed without usable answer."""
        return await self._services.lookups.ask_api(api, path, read)

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """An invoice for an amount that the caller named: one for each that was paid, so that none is paid twice.

        Texts about it go to the number that calls, if it can take some.
        """
        caller = self._origin.caller or ""
        mobile = caller if self._services.lookups.texts and is_e164(caller) else None
        reference = f"{purpose}-{self._origin.call_id}" + (f"-{self._paid_for + 1}" if self._paid_for else "")
        return Invoice(None, self.variables.account_number, reference, amount, mobile=mobile, purpose=purpose)

    async def secure_line_ready(self) -> bool:
        """Whether the card side could take this caller now."""
        try:
            health = await self._services.pci.health()
        except PciError as error:
            _log.warning("secure_line_down", reasons=(type(error).__name__,))
            return False
        if not health.ready:
            _log.warning("secure_line_down", reasons=health.reasons)
        return health.ready

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """The card that an account keeps, if this caller may use it; this never fails."""
        return await self._kept_cards.find(account)

    async def may_keep_card(self, account: str) -> bool:
        """Whether the caller is known by more than the account: they call from the mobile number on file."""
        return await self._kept_cards.own_phone(account)

    async def keep_card(self, account: str, card: Captured) -> bool:
        """Keep a card for later bills of an account, instead of an earlier one; whether that could be done."""
        token = self._tokens.get(card.capture_id)
        return token is not None and await self._on_record() and await self._kept_cards.keep(account, token)

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """Hand the caller to the card side until it gives them back.

        SecureLineDown if it cannot take them; PaymentInProgress if the invoice is known to be in payment already.
        """
        if invoice is not None:
            await self._check_not_in_payment(invoice)
        services = self._services
        request = CaptureRequest(
            call_id=self._origin.call_id,
            channel_id=self._line.channel_id,
            return_to=services.app,
            language=self.language,
            person=bool(self.variables.person_key),
            **asdict(order),
        )
        result = await self.hand_over(request)
        if result.outcome is not CaptureOutcome.SUCCESS:
            return result.outcome
        if result.capture_id is None or result.brand is None or result.last4 is None:
            return CaptureOutcome.INTERNAL_ERROR
        if result.token is not None:
            self._tokens[result.capture_id] = result.token
        return Captured(result.capture_id, result.brand, result.last4)

    async def hand_over(self, request: CaptureRequest) -> CaptureResult:
        """All is prepared: from here on the caller is with the card side, until they are given back."""
        visit = Visit(self._line, self._services.pci, self._services.prompts, self.language, self.told)
        with self._services.tally.capture():
            return await visit.pay(request)

    def told(self, event: CaptureEvent) -> None:
        """The card side reports how far it is."""
        self._recorder.card_side_told(event)

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """Charge a confirmed total once; PaymentInProgress if another payment of the invoice is open."""
        self._attempts += 1
        call_id = self._origin.call_id
        if not await self._on_record():
            return Charged(ChargeState.NOT_CHARGED)
        told = await self._services.charging.charge(
            Intent(self._origin.charge(self._attempts), call_id, due, card, self.language)
        )
        self._sent = told.sent
        self._paid_for += due.invoice.id is None and told.charged.state in _TAKEN
        return told.charged

    async def forget(self, card: Captured) -> None:
        """Have the card side drop a card that will not be charged; it expires there anyway, so this never fails."""
        token = self._tokens.pop(card.capture_id, None)
        if token is not None:
            try:
                await self._services.pci.forget(token)
            except PciError as error:
                _log.warning("forgetting_failed", reason=type(error).__name__)

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Whether a message about the last payment is on its way by this channel, to the address on file."""
        return channel in self._sent

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """What was paid for an account before, the latest first; LookupFailed if the ledger cannot say."""
        return await desk.earlier_payments(self._services.store.requests, account)

    async def note(self, request: Request) -> Noted:
        """Write down what a person has to see to."""
        asker = Asker(self._origin.call_id, self._origin.flow, self.language)
        return await desk.note(self._services, request, asker)

    async def connect(self, introduction: Introduction) -> Reached:
        """Ring a person and let them talk with the caller until the person hangs up; what came of it."""
        whisper = [self._sound(prompt) for prompt in self._spoken(introduction.whisper).ids]
        if introduction.queue:
            floor, origin = self._services.floor, self._origin
            caller = Caller(origin.call_id, origin.caller or "", self.language, self._recorder)
            return await floor.connect(self._line, introduction, whisper, caller) if floor else Reached.UNAVAILABLE
        return await self._services.people.connect(self._line, introduction, whisper, self._origin.caller)

    async def hang_up(self) -> None:
        """End the call."""
        await self._line.hang_up()

    async def say_farewell(self) -> None:
        """We have to end the call: tell the caller, if a sound can reach them and only them."""
        if self._line.is_away:
            return
        charging = self._origin.charge(self._attempts) in self._services.charging.in_flight
        await self.speak((CHARGE_CUT_OFF if charging else FAREWELL,))

    async def _on_record(self) -> bool:
        """Whether the ledger knows this call; payments name it."""
        if self._recorded:
            return True
        origin, calls = self._origin, self._services.store.calls
        try:
            await calls.record_call_start(
                origin.call_id, dialled=origin.dialled, caller=origin.caller, flow=origin.flow
            )
        except StoreError as error:
            _log.error("payment_refused", reason=type(error).__name__)
            return False
        self._recorded = True
        return True

    async def _check_not_in_payment(self, invoice: Invoice) -> None:
        try:
            under_way = await self._services.charging.under_way(invoice)
        except StoreError:
            # a payment that cannot be written down must not begin
            raise SecureLineDown from None
        if under_way:
            raise PaymentInProgress

    def _media(self, prompt: Prompt) -> list[str]:
        """The sounds that say it; about to be played, so it is logged."""
        spoken = self._spoken(prompt)
        told = self._spoken(tuple(part for part in prompt if not isinstance(part, SpokenNumber)))
        _log.info("prompt_spoken", prompts=told.ids, text=told.text, by="ivr")
        return [self._sound(prompt_id) for prompt_id in spoken.ids]

    def _spoken(self, prompt: Prompt) -> Spoken:
        return render(prompt, self.language, self._services.prompts)

    def _sound(self, prompt_id: str) -> str:
        return self._services.prompts.media(prompt_id, self.language)
