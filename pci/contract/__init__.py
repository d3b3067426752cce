"""What the call side may ask of the card side, and what it may be told.

The only part of `pci` that `ivr` imports, by this name. Everything here is free of card data by construction: there
is a token, a brand and the last four digits, and no request whose answer holds a PAN, an expiry date or a CVV.

HTTP over a unix socket, JSON bodies:

    GET    /v1/health                     -> Health
    POST   /v1/captures                     CaptureRequest -> NDJSON stream of CaptureEvent, the last is CaptureResult
    POST   /v1/captures/{capture_id}/pause      -> 204   give the caller back after this field, keep what was keyed
    POST   /v1/captures/{capture_id}/resume     -> 204   go on where it was left
    POST   /v1/captures/{capture_id}/cancel     -> 204   end it, wipe all
    POST   /v1/captures/{capture_id}/ask-again  AskAgain -> 204
    POST   /v1/charges                      ChargeRequest  -> Charge
    GET    /v1/charges/{charge_id}          -> Charge
    POST   /v1/charges/{charge_id}/collect  -> Charge    take the money that the bank holds
    POST   /v1/charges/{charge_id}/void     -> Charge    let go of it
    GET    /v1/tokens/{token}               -> KeptCard
    POST   /v1/tokens/{token}/keep          KeepRequest -> KeptCard
    DELETE /v1/tokens/{token}               -> 204
    GET    /v1/languages                  -> HeardLanguages
    POST   /v1/words                        WordsAsked -> WordsKnown
    POST   /v1/hearings                     HearingRequest -> NDJSON stream of HearingEvent

Only the card side ever gets the audio of a call: what a caller says outside of a capture is heard here as well, and
ivr is told words of its own list. A capture ends every hearing of its caller before it begins.
Closing the connection of a hearing ends it. Closing that of a capture gives the caller back and wipes what was keyed.
A capture is of a card, here and everywhere in Tonewall; what the field calls the capture of funds is `collect`.
A card is destroyed a few minutes after it was keyed, charged or not, unless it was kept by then.
Every refusal is an `Error` with one of `ErrorCode`. `not-found` for a charge is a promise: it will never be made.
"""

from pci.contract.base import Brand, Error, ErrorCode, Health, Identifier, Language, Last4, PromptId, Word
from pci.contract.captures import (
    CAPTURE_EVENT,
    LONGEST_PAUSE,
    AskAgain,
    CaptureCommand,
    CaptureEvent,
    CaptureOutcome,
    CapturePaused,
    CaptureRequest,
    CaptureResult,
    CaptureResumed,
    CaptureStarted,
    CardField,
    EntryError,
    FieldProgress,
    Input,
    PromptRule,
    PromptSpoken,
)
from pci.contract.charges import Charge, ChargeRequest, ChargeState, Closing, DeclineReason, KeepRequest, KeptCard
from pci.contract.hearings import (
    HEARING_EVENT,
    HeardLanguage,
    HeardLanguages,
    HearingEnd,
    HearingEnded,
    HearingEvent,
    HearingRequest,
    HearingStarted,
    SpeechHeard,
    SpokenWords,
    WordsAsked,
    WordsKnown,
)

__all__ = [
    "CAPTURE_EVENT",
    "HEARING_EVENT",
    "LONGEST_PAUSE",
    "AskAgain",
    "Brand",
    "CaptureCommand",
    "CaptureEvent",
    "CaptureOutcome",
    "CapturePaused",
    "CaptureRequest",
    "CaptureResult",
    "CaptureResumed",
    "CaptureStarted",
    "CardField",
    "Charge",
    "ChargeRequest",
    "ChargeState",
    "Closing",
    "DeclineReason",
    "EntryError",
    "Error",
    "ErrorCode",
    "FieldProgress",
    "Health",
    "HeardLanguage",
    "HeardLanguages",
    "HearingEnd",
    "HearingEnded",
    "HearingEvent",
    "HearingRequest",
    "HearingStarted",
    "Identifier",
    "Input",
    "KeepRequest",
    "KeptCard",
    "Language",
    "Last4",
    "PromptId",
    "PromptRule",
    "PromptSpoken",
    "SpeechHeard",
    "SpokenWords",
    "Word",
    "WordsAsked",
    "WordsKnown",
]
