"""Every table there is, wherever its model is written: what a database is compared with."""

from __future__ import annotations

from typing import Final

from ivr.store import account_models, agent_models, api_models, handovers, models, request_models

MODELS: Final = (models, account_models, agent_models, api_models, handovers, request_models)
METADATA: Final = models.Base.metadata
