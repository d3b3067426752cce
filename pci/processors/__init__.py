"""Payment processors: one file each, all behind the port in `base`, all held to tests/conformance/processors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pci.processors.base import Account, Processor
from pci.processors.simulator import Simulator
from pci.processors.stripe import Stripe

PROCESSORS: Final[Mapping[str, Callable[[Account], Processor]]] = {
    "simulator": Simulator,
    "stripe": Stripe,
}
