"""What the card side keeps: keys by their name and age, cards and charges by their number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pci.errors import PciError
from pci.evidence.facts import Holdings
from pci.keys import KeyRing

_SECONDS = 5.0


class HoldingsUnreadable(PciError):
    """The card side's database cannot be read: run this as the user that runs pci, or as root."""


def count(database: Path, key_file: Path) -> Holdings | None:
    """What there is, read without writing; None if nothing was ever kept. `HoldingsUnreadable`, `KeyFileExposed`."""
    if not database.exists():
        return None
    keys, _ = KeyRing.open(key_file, may_create=False)
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as store:
            cards, oldest = store.execute("SELECT count(*), min(created) FROM tokens").fetchone()
            foreign = store.execute("SELECT count(*) FROM tokens WHERE kek_id != ?", (keys.kek_id,)).fetchone()[0]
            charges = store.execute("SELECT state, count(*) FROM charges GROUP BY state ORDER BY state").fetchall()
            columns = store.execute(
                "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c"
                " WHERE m.type = 'table' ORDER BY 1"
            ).fetchall()
    except sqlite3.Error:
        raise HoldingsUnreadable from None
    return Holdings(
        kek_id=keys.kek_id,
        key_created=key_file.stat().st_mtime,  # written once, never again
        cards=cards,
        cards_under_other_keys=foreign,
        oldest_card=oldest,
        charges=tuple((str(state), int(number)) for state, number in charges),
        columns=tuple(name for (name,) in columns),
    )
