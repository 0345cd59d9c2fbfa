"""From a cookie or a token to who asks, and from an identity at a provider to an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.access.accounts_tables import metadata
from api.access.gate import Gate
from api.access.office import Office
from api.access.openid import Identity
from api.access.policy import Action, Target, may
from api.access.readers import Grant
from api.access.refusals import IdentityUnlinked, SignInRefused
from api.access.sessions import Method
from api.access.signing_in import CLAIMED, Entry, entry_of
from api.access.standing import Standing
from ledger.events.base import encode
from ledger.events.book import RoleGranted, RoleRevoked
from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.access.conftest import NOW, after
from tests.builders import Desk, about, desk
from tests.persons import nip

TODAY = date(2026, 11, 22)
SSO = "https://sso.example.go.id"


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[tuple[Desk, Office, Gate]]:
    """A ledger of two people, its accounts, and the gate between them."""
    with desk(database_url, tmp_path) as opened:
        opened.send(*(about(who, "registered") for who in (1, 2)))
        with Office.open(database_url, opened.ledger) as office:
            standing = Standing(opened.ledger, opened.ledger.units)
            yield opened, office, Gate(standing, office.sessions, office.tokens)


Here = tuple[Desk, Office, Gate]


def grant(opened: Desk, account: str, *roles: Role) -> None:
    """Roles over the whole agency."""
    events = [encode(RoleGranted(account=account, role=role)) for role in roles]
    opened.ledger.append_to_book(events, "acc-admin")


def came(number: str | None = None, subject: str = "s-1") -> Identity:
    """Somebody who came back from the provider."""
    return Identity(SSO, subject, number)


def test_a_session_is_its_account_with_todays_roles(here: Here) -> None:
    """What is revoked opens nothing in the next request, without signing out."""
    opened, office, gate = here
    account = office.accounts.add(person=opened.stream(1), label=None, actor="a", at=NOW)
    grant(opened, account.id, Role.AUDITOR)
    secret = office.sessions.begin(account, Method.OPENID, at=NOW)
    office.sessions.read_for(secret, ReadingPurpose.AUDIT)
    asking = gate.by_session(secret, at=NOW, today=TODAY)
    assert asking is not None
    assert asking.reader.roles() == {Role.ASN, Role.AUDITOR}
    assert (asking.purpose, asking.token) == (ReadingPurpose.AUDIT, None)
    revoked = encode(RoleRevoked(account=account.id, role=Role.AUDITOR))
    opened.ledger.append_to_book([revoked], "acc-admin")
    asking = gate.by_session(secret, at=NOW, today=TODAY)
    assert asking is not None
    assert asking.reader.roles() == {Role.ASN}


def test_a_token_has_no_more_than_its_roles(here: Here) -> None:
    """A token of an account with many roles has those it was made with, as far as still held."""
    opened, office, gate = here
    account = office.accounts.add(person=opened.stream(1), label=None, actor="a", at=NOW)
    grant(opened, account.id, Role.ANALYST, Role.DECIDER)
    _, text = office.tokens.issue(
        account,
        roles=frozenset({Role.ANALYST, Role.PANEL}),
        label="x",
        ends_at=after(days=1),
        actor="a",
        at=NOW,
    )
    asking = gate.by_token(text, at=NOW, today=TODAY)
    assert asking is not None
    assert asking.reader.held() == (Grant(Role.ANALYST),)
    assert not may(asking.reader, Action.RECORD_FACT, Target(person=opened.stream(1)))
    assert may(asking.reader, Action.RECORD_FACT, Target(person=opened.stream(2)))


def test_a_demo_session_is_worth_nothing_elsewhere(here: Here) -> None:
    """A session of the demo opens nothing to a request that could not sign in to the demo."""
    opened, office, gate = here
    account = office.accounts.ensure_demo("demo-asn", opened.stream(1), NOW)
    assert office.accounts.ensure_demo("demo-asn", opened.stream(1), NOW) == account
    secret = office.sessions.begin(account, Method.DEMO, at=NOW)
    assert gate.by_session(secret, at=NOW, today=TODAY, demo=True) is not None
    assert gate.by_session(secret, at=NOW, today=TODAY) is None


def test_nothing_opens_for_what_is_no_session_and_no_token(here: Here) -> None:
    """A session's secret is no token, a token no session, and nonsense neither."""
    _, office, gate = here
    account = office.accounts.add(person=None, label=None, actor="a", at=NOW)
    secret = office.sessions.begin(account, Method.OPENID, at=NOW)
    for text in (secret, f"asnl_{secret}", "", "asnl_"):
        assert gate.by_token(text, at=NOW, today=TODAY) is None
    assert gate.by_session(f"asnl_{secret}", at=NOW, today=TODAY) is None


# ----------------------------------------------------------------------------- whom the provider knows


def test_an_unknown_identity_gets_no_account_by_itself(here: Here) -> None:
    """Whoever the provider knows and this ledger does not is refused, and no account is made."""
    opened, office, _ = here
    for identity in (came(), came(nip(777))):
        with pytest.raises(IdentityUnlinked):
            entry_of(opened.ledger, office.accounts, identity, at=NOW)
    assert office.accounts.all() == []


def test_a_claimed_number_gives_ones_own_record_and_no_role(here: Here) -> None:
    """A number the provider vouches for opens the role ASN only, until somebody links it too."""
    opened, office, _ = here
    entry = entry_of(opened.ledger, office.accounts, came(nip(1)), at=NOW)
    assert (entry.account.person, entry.roles) == (opened.stream(1), CLAIMED)
    grant(opened, entry.account.id, Role.ADMINISTRATOR)
    again = entry_of(opened.ledger, office.accounts, came(), at=NOW)
    assert again == Entry(entry.account, CLAIMED)
    office.accounts.link(entry.account.id, SSO, "s-1", actor="acc-admin", at=NOW)
    trusted = entry_of(opened.ledger, office.accounts, came(), at=NOW)
    assert trusted == Entry(entry.account, None)


def test_a_second_identity_with_the_same_number_is_refused(here: Here) -> None:
    """Somebody else who shows the number of a person that signed in before gets nothing."""
    opened, office, _ = here
    entry_of(opened.ledger, office.accounts, came(nip(1)), at=NOW)
    with pytest.raises(IdentityUnlinked):
        entry_of(opened.ledger, office.accounts, came(nip(1), "s-2"), at=NOW)
    assert len(office.accounts.all()) == 1


def test_a_linked_identity_is_not_moved_by_a_number(here: Here) -> None:
    """An identity that an administrator linked keeps its account, whatever number it shows."""
    opened, office, _ = here
    mine = office.accounts.add(person=opened.stream(1), label=None, actor="a", at=NOW)
    office.accounts.link(mine.id, SSO, "s-1", actor="acc-admin", at=NOW)
    entry = entry_of(opened.ledger, office.accounts, came(nip(2)), at=NOW)
    assert entry.account == mine


def test_a_disabled_account_is_not_opened_by_its_identity(here: Here) -> None:
    """Neither by a linked identity nor by a claimed number."""
    opened, office, _ = here
    entry = entry_of(opened.ledger, office.accounts, came(nip(1)), at=NOW)
    office.accounts.disable(entry.account.id, actor="a", at=NOW)
    for identity in (came(), came(nip(1), "s-2")):
        with pytest.raises(SignInRefused):
            entry_of(opened.ledger, office.accounts, identity, at=NOW)


def test_no_number_is_kept(here: Here) -> None:
    """After somebody signed in by his number it stands nowhere in the accounts."""
    opened, office, _ = here
    entry_of(opened.ledger, office.accounts, came(nip(1)), at=NOW)
    with office.store.reading() as connection:
        rows = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
    assert nip(1) not in str(rows)
