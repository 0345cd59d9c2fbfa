"""What signing in and the accounts database can refuse, one class a code.

Messages never tell whether an account, a person or a password exists, and never hold one.
"""

from __future__ import annotations

from ledger.errors import LedgerError, Misuse


class AccountsUnavailable(LedgerError):
    """The accounts database cannot be opened, read or written."""

    code = "accounts_unavailable"


class AccountsNewer(LedgerError):
    """A later version of this program wrote the accounts database."""

    code = "accounts_newer"


class AccountsBackupRefused(LedgerError):
    """A file of accounts that is none, is not whole, or is of another ledger."""

    code = "accounts_backup_refused"


class AccountsPresent(LedgerError):
    """Accounts would be put back where there are some."""

    code = "accounts_present"


class AccountUnknown(LedgerError):
    """No account, or no token, has this id."""

    code = "account_unknown"


class AccountTaken(LedgerError):
    """A person has one account: two would let him confirm what he proposed."""

    code = "account_taken"


class AccountEnded(LedgerError):
    """The account is disabled."""

    code = "account_disabled"


class PasswordWeak(Misuse):
    """A password for break-glass accounts that is too short or too long."""

    code = "password_weak"


class TokenMisused(Misuse):
    """A token was asked for that could do nothing, or for ever."""

    code = "token_misused"


class SignInRefused(LedgerError):
    """Nobody was signed in; why is for the log, and not for whoever tried."""

    code = "sign_in_refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            "The sign-in was refused.",
            next_step="Try again; if it is refused again, ask an administrator of this ledger.",
        )
        self.why = why


class IdentityUnlinked(LedgerError):
    """The provider knows who it is, and this ledger has no account for that identity."""

    code = "identity_unlinked"

    def __init__(self) -> None:
        super().__init__(
            "You signed in at the provider, but this ledger has no account for you.",
            next_step="Ask an administrator of this ledger to link your identity to an account.",
        )


class TooManyAttempts(LedgerError):
    """Too many sign-ins failed; `retry_after` is in whole seconds."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Too many sign-ins failed from here.",
            next_step=f"Wait {retry_after} seconds and try again.",
            retry_after=retry_after,
        )
        self.retry_after = retry_after


class ProviderUnavailable(LedgerError):
    """The provider of identities does not answer, or not as the standard says."""

    code = "provider_unavailable"


class ProviderMisconfigured(Misuse):
    """The settings of the provider cannot be used."""

    code = "provider_misconfigured"
