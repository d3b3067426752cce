"""What can go wrong between the call side and its database.

StoreError
├── StoreUnavailable
├── ImportBrokenOff
├── SchemaTooNew
├── PaymentRefused
│   ├── InvoiceAlreadyPaid
│   ├── PaymentInProgress
│   └── InvoiceChanged
├── ChargeMismatch
├── NameInUse
├── NoSuchVersion
└── PublishedMeanwhile
"""

from __future__ import annotations


class StoreError(Exception):
    """The ledger refused or failed."""

    def __str__(self) -> str:
        """The text given, or else the first line of the docstring."""
        return super().__str__() or (self.__doc__ or "").partition("\n")[0]


class StoreUnavailable(StoreError):
    """The database did not answer: check `database` in ivr.toml, its folder's rights and the disk."""


class ImportBrokenOff(StoreError):
    """The database failed in the middle of an import of bills."""

    def __init__(self, done: int, bills: int) -> None:
        super().__init__(
            f"The database failed when {done} of {bills} bills were imported; these stay. Check `database` in"
            " ivr.toml, its folder's rights and the disk, then import the same file again: it goes on from there."
        )


class SchemaTooNew(StoreError):
    """The database was written by a newer version of Tonewall: install that version, or restore a backup."""


class PaymentRefused(StoreError):
    """No payment may begin for this invoice now."""


class InvoiceAlreadyPaid(PaymentRefused):
    """The invoice is paid already."""


class PaymentInProgress(PaymentRefused):
    """Another payment of this invoice is under way, or its outcome is not known yet."""


class InvoiceChanged(PaymentRefused):
    """The invoice is not what the caller heard any more: its amount changed, or it is gone."""


class ChargeMismatch(StoreError):
    """The card side speaks of a charge that the ledger does not know, or knows with another amount."""


class NameInUse(StoreError):
    """There is a key of this name, or was one that is revoked: choose another name."""


class NoSuchVersion(StoreError):
    """There is no such version of the flows."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no version {number} of the flows: see `ivr versions list`.")


class PublishedMeanwhile(StoreError):
    """Somebody else published or rolled back meanwhile: see `ivr versions list`, then publish again."""
