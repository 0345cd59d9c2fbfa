"""The accounts in a file of their own: all that is not a session comes back, on either database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.access import accounts_backup
from api.access.accounts import Accounts
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import accounts, happenings, identities, metadata, passwords, tokens
from api.access.passwords import Passwords
from api.access.refusals import AccountsBackupRefused, AccountsPresent
from api.access.tokens import Tokens
from ledger.copies.archive import FileExists
from ledger.vocabulary_agency import Role
from tests.access.conftest import NOW, QUICK, SECRET, House

ORIGIN = "asn-ledger/65/0123"
PERSON = UUID("00000000-0000-4000-8000-000000000001")
PASSWORD = "empat kata tak berkait"
KEPT = (accounts, identities, tokens, passwords, happenings)


@pytest.fixture
def other(database_url: str, request: pytest.FixtureRequest) -> Iterator[AccountsStore]:
    """A place without accounts, on the other database."""
    name = "postgresql_url" if database_url.startswith("sqlite") else "sqlite_url"
    with AccountsStore.open(str(request.getfixturevalue(name))) as store:
        yield store


def fill(house: House) -> str:
    """A person and a machine, disabled and not, with every way in; gives the text of a token."""
    house.passwords._hasher = QUICK
    person = house.accounts.add(person=PERSON, label="Ibu Ñ", actor="a", at=NOW)
    gone, machine = house.account(), house.account()
    house.accounts.disable(gone.id, actor="a", at=NOW)
    house.passwords.set(person, PASSWORD, actor="a", at=NOW)
    house.accounts.link(person.id, "https://sso.example", "1", actor="a", at=NOW)
    _, text = house.tokens.issue(
        machine,
        roles=frozenset({Role.AUDITOR}),
        label="x",
        ends_at=NOW + timedelta(days=1),
        actor="a",
        at=NOW,
    )
    return text


def held(store: AccountsStore) -> dict[str, list[dict[str, Any]]]:
    """What lies in the tables that are kept, but for running numbers."""
    with store.reading() as connection:
        return {
            one.name: [
                {key: value for key, value in row.items() if key != "number"}
                for row in connection.execute(select(one).order_by(*one.primary_key)).mappings()
            ]
            for one in KEPT
        }


def test_the_accounts_come_back_on_the_other_database(
    house: House, other: AccountsStore, tmp_path: Path
) -> None:
    """Row by row; the token and the password open again, and what happens next is written down."""
    text, out = fill(house), tmp_path / "accounts.jsonl"
    assert accounts_backup.save(house.store, ORIGIN, out) == 3
    assert out.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in out.read_text("utf-8")
    assert text not in out.read_text("utf-8")
    assert accounts_backup.put_back(other, ORIGIN, out) == 3
    assert held(other) == held(house.store)
    assert Tokens(other, randomness=os.urandom).find(text, at=NOW) is not None
    again = Accounts(other, secret=SECRET, randomness=os.urandom)
    assert again.of_identity("https://sso.example", "1") is not None
    keys = Passwords(other, secret=SECRET)
    keys._hasher = QUICK
    person = again.of_person(PERSON)
    assert person is not None
    keys.set(person, "tiga kata lain lagi", actor="a", at=NOW)
    assert len(held(other)["happenings"]) == len(held(house.store)["happenings"]) + 1


def test_nothing_is_written_over(house: House, tmp_path: Path) -> None:
    """Neither a file, nor accounts that are there."""
    fill(house)
    out = tmp_path / "accounts.jsonl"
    accounts_backup.save(house.store, ORIGIN, out)
    with pytest.raises(FileExists):
        accounts_backup.save(house.store, ORIGIN, out)
    before = held(house.store)
    with pytest.raises(AccountsPresent):
        accounts_backup.put_back(house.store, ORIGIN, out)
    assert held(house.store) == before


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "a line less": lambda data: b"".join(data.splitlines(keepends=True)[:-2]),
    "a role more": lambda data: data.replace(b"AUDITOR", b"DECIDER"),
    "nothing": lambda _: b"",
    "something else": lambda _: b"PK\x03\x04",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_whole_puts_nothing_back(
    house: House, other: AccountsStore, tmp_path: Path, damage: str
) -> None:
    """Cut off, changed, or no such file: refused whole."""
    fill(house)
    out = tmp_path / "accounts.jsonl"
    accounts_backup.save(house.store, ORIGIN, out)
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(DAMAGE[damage](out.read_bytes()))
    with pytest.raises(AccountsBackupRefused):
        accounts_backup.put_back(other, ORIGIN, bad)
    with pytest.raises(AccountsBackupRefused):
        accounts_backup.put_back(other, "asn-ledger/65/other", out)
    with pytest.raises(AccountsBackupRefused):
        accounts_backup.check(ORIGIN, tmp_path / "none")
    assert not any(held(other).values())


def test_every_table_is_kept_or_ends_with_its_sessions() -> None:
    """Whoever adds a table says here whether it comes back."""
    ending = {"accounts_format", "attempts", "sessions", "flows"}
    assert set(metadata.tables) == ending | {one.name for one in KEPT}
