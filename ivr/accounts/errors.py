"""What can go wrong with accounts, as a branch of the tree in `ivr.errors`.

ConfigError
├── SsoUnavailable          the server for single sign-on does not answer as it should
└── AccountError
    ├── NameRefused
    ├── NameTaken
    ├── NoSuchAccount
    ├── PasswordRefused     and why, as the id of a text of the console
    ├── LastAdmin
    └── SignInRefused       one sentence for every reason: it must not tell which part was wrong
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.errors import ConfigError

if TYPE_CHECKING:
    from ivr.accounts.account import Account


class SsoUnavailable(ConfigError):
    """The server for single sign-on does not answer as it should: check [console.sso] in ivr.toml."""


class AccountError(ConfigError):
    """The account cannot be used like this."""


class NameRefused(AccountError):
    """A name has 2 to 64 characters: small letters, digits, and . _ @ + - after the first, as in anna@example.com."""


class NameTaken(AccountError):
    """There is an account of this name already, or there was one: names are never used twice. Choose another."""


class NoSuchAccount(AccountError):
    """There is no such account; see `ivr accounts list`."""


class LastAdmin(AccountError):
    """This is the only admin who can sign in: make another one first."""


class PasswordRefused(AccountError):
    """The password breaks a rule; `reason` is the id of the text that says which."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class SignInRefused(AccountError):
    """Name, password or code is not right."""

    def __init__(self, account: Account | None) -> None:
        super().__init__()
        # for the log; a name that nobody has may be a password in the wrong field, and is not kept
        self.name = account.name if account else "-"
