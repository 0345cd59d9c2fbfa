"""What `doctor` finds about the accounts beside a ledger."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from api.access.accounts_store import accounts_exist, accounts_file
from api.access.office import Office
from api.doctor import NOTICE, OK, WRONG
from api.queries.accounts_examined import examine_accounts
from ledger.application import Founding, Ledger
from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import Role
from tests.access.conftest import NOW

TODAY = date(2026, 11, 22)


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Ledger:
    """A founded ledger without accounts."""
    founding = Founding("65", "Pemerintah Provinsi Contoh", "Asia/Makassar", demo=False)
    keys = tmp_path / "keys"
    return Ledger.found(database_url, founding, keys=keys, actor="t", clock=lambda: NOW)


def states(url: str, ledger: Ledger) -> list[tuple[str, str]]:
    """What was looked at, and how it is."""
    found = examine_accounts(url, ledger, today=TODAY, now=NOW)
    return [(one.what, one.state) for one in found]


def test_where_there_are_none_none_are_made(database_url: str, ledger: Ledger) -> None:
    """Looking leaves no trace."""
    assert states(database_url, ledger) == [("accounts", OK)]
    assert not accounts_exist(database_url)


def test_what_is_left_over_is_told(database_url: str, ledger: Ledger) -> None:
    """A role of nobody who can sign in, and a token about to end; neither makes the ledger wrong."""
    with Office.open(database_url, ledger) as office:
        one = office.accounts.add(person=None, label=None, actor="a", at=NOW)
        office.tokens.issue(
            one,
            roles=frozenset({Role.AUDITOR}),
            label="x",
            ends_at=NOW + timedelta(days=20),
            actor="a",
            at=NOW,
        )
    assert states(database_url, ledger) == [("accounts", OK), ("tokens", NOTICE)]
    lost = RoleGranted(account="acc-lost", role=Role.AUDITOR)
    over = RoleGranted(account="acc-over", role=Role.AUDITOR, until=TODAY)
    ledger.append_to_book([encode(lost), encode(over)], "a")
    assert ("roles", NOTICE) in states(database_url, ledger)
    text = [one.message for one in examine_accounts(database_url, ledger, today=TODAY, now=NOW)]
    assert any(one.startswith("1 accounts hold roles") for one in text)


def test_a_file_that_others_may_read_is_wrong(ledger: Ledger, database_url: str) -> None:
    """On SQLite the mode guards it; on PostgreSQL there is no file."""
    with Office.open(database_url, ledger):
        pass
    if database_url.startswith("sqlite"):
        path = accounts_file(database_url.removeprefix("sqlite:///"))
        assert path.stat().st_mode & 0o077 == 0
        path.chmod(0o644)
        assert ("accounts", WRONG) in states(database_url, ledger)
        path.write_bytes(b"no database at all, for longer than a header would be" * 40)
        assert states(database_url, ledger)[-1] == ("accounts", WRONG)
    else:
        assert states(database_url, ledger) == [("accounts", OK)]
