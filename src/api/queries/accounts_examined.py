"""The accounts database as `doctor` sees it: whether it can be used, and what is left in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from api.access.accounts_store import accounts_exist, loose_accounts
from api.access.office import Office
from api.access.readers import ACCOUNT, grants
from api.doctor import NOTICE, OK, WRONG, Finding
from ledger.application import Ledger
from ledger.errors import LedgerError

WHAT = "accounts"
_SOON = timedelta(days=30)


def examine_accounts(url: str, ledger: Ledger, *, today: date, now: datetime) -> Iterator[Finding]:
    """Look at the accounts beside a ledger; makes none where there are none."""
    try:
        if not accounts_exist(url):
            yield Finding(WHAT, OK, "there are none; nobody signs in yet")
            return
        loose = loose_accounts(url)
        if loose is not None:
            yield Finding(
                WHAT, WRONG, "The file may be used by others of the machine.", f"chmod 600 {loose}"
            )
        with Office.open(url, ledger) as office:
            yield from _left_over(office, ledger, today, now)
    except LedgerError as fault:
        yield Finding(WHAT, WRONG, fault.message, fault.next_step)


def _left_over(office: Office, ledger: Ledger, today: date, now: datetime) -> Iterator[Finding]:
    every = office.accounts.all()
    living = {one.id for one in every if one.disabled_at is None}
    held = {
        account
        for account, entries in grants(ledger.book_events()).by_account.items()
        if any(one.grant.until is None or today < one.grant.until for one in entries)
    }
    yield Finding(WHAT, OK, f"{len(living)} in use, {len(every) - len(living)} disabled")
    # Accounts of the demo are made when somebody enters it.
    reaching_nobody = {one for one in held - living if one.startswith(ACCOUNT)}
    if reaching_nobody:
        yield Finding(
            "roles",
            NOTICE,
            f"{len(reaching_nobody)} accounts hold roles and cannot sign in: they are disabled, or"
            " were lost with another accounts database.",
            "Revoke their roles, and grant them to the accounts that took their place.",
        )
    ending = [
        one
        for one in office.tokens.all()
        if one.revoked_at is None and now < one.ends_at <= now + _SOON and one.account in living
    ]
    if ending:
        yield Finding(
            "tokens",
            NOTICE,
            f"{len(ending)} tokens end within {_SOON.days} days.",
            "Make new ones: `asn-ledger account token`.",
        )
