"""The audit log: who did what when, in lines that cannot be changed, removed or moved unnoticed (PCI DSS 10.2, 10.3).

    async with Audit.open(folder, keys.derive("audit"), head=settings.database) as audit:
        on_the_disk = await audit.record(Kind.CARD_STORED, resource=f"token:{token}")
        await audit.alarm("application_taken", resource="pci", reason="…")

`record` never raises. What a dead disk cannot take is kept in order and written later; meanwhile `audit.writable` is
false, and no new capture may begin. Who acts is said once, where a request comes in: `acting_as(user, origin)`.
A test gives a folder of its own and any 32 bytes: `Audit.open(tmp_path / "audit", b"k" * 32)`.
`verify(folder, key, head)` is what `python -m pci audit verify` says. No card data: runs of 12 digits are masked.
"""

from __future__ import annotations

from pci.audit.audit import UNWRITABLE, Audit
from pci.audit.chain import Event, Kind, acting_as
from pci.audit.head import head_of
from pci.audit.verify import Verdict, verify

__all__ = ["UNWRITABLE", "Audit", "Event", "Kind", "Verdict", "acting_as", "head_of", "verify"]
