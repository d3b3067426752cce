"""What calls are made of: which call it is, and what every call uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.calls.charging import Charging
from ivr.calls.lookups import Lookups
from ivr.calls.people import People
from ivr.calls.tally import Tally
from ivr.pci_client import PciClient
from ivr.prompts.catalogue import Catalogue
from ivr.store.store import Store

if TYPE_CHECKING:
    from ivr.agents.floor import Floor
    from ivr.pbx.settings import PbxSettings


@dataclass(frozen=True, slots=True)
class Origin:
    """Which call this is: its id here, the number that was dialled, who called, and the flow that answers."""

    call_id: str
    dialled: str
    caller: str | None = field(repr=False)
    flow: str
    series: str = ""
    """Tells apart charges of one call that are counted anew."""

    def charge(self, number: int) -> str:
        """The name of a charge of this call."""
        return f"{self.call_id}.{self.series}{number}"


@dataclass(frozen=True, slots=True)
class Services:
    """What every call uses. `app` is our Stasis application, to which the card side gives callers back.

    If `traced`, what a call did is kept.
    """

    app: str
    prompts: Catalogue
    store: Store
    pci: PciClient
    charging: Charging
    people: People
    lookups: Lookups
    tally: Tally
    traced: bool = True
    floor: Floor | None = None
    """The agents' floor, if there are agents."""
    pbxs: Mapping[str, PbxSettings] = field(default_factory=dict)
    """Those that hand calls in."""
