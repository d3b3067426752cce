"""What calls say by themselves, whatever their flow: it has to be recorded in every language that is served."""

from __future__ import annotations

from typing import Final

DISTURBED: Final = "line-gap"
CHARGE_CUT_OFF: Final = "payment-unknown"
FAREWELL: Final = "goodbye"
INTERRUPTED: Final = "payment-interrupted"
OWN_PROMPTS: Final = (DISTURBED, CHARGE_CUT_OFF, FAREWELL, INTERRUPTED)
