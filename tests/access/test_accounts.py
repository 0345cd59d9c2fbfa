"""Accounts, sessions, tokens and sign-ins under way: what opens a door, and what no longer does."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from api.access.accounts import KEPT, Accounts
from api.access.accounts_store import AccountsStore, accounts_file
from api.access.accounts_tables import accounts, accounts_format, metadata
from api.access.refusals import (
    AccountEnded,
    AccountsNewer,
    AccountsUnavailable,
    AccountTaken,
    AccountUnknown,
    TokenMisused,
)
from api.access.sessions import Method, hash_of
from api.access.tokens import LONGEST, PREFIX
from ledger.errors import BadValue
from ledger.storage.store_errors import BadLedgerUrl
from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.access.conftest import NOW, SECRET, House, after
from tests.keys import stream
from tests.persons import nip

MALFORMED = ["", "x", "é" * 43, "a" * 42, "a" * 44, "=" * 43, "a" * 42 + " ", "\x00" * 43]

# ----------------------------------------------------------------------------------------- database


def test_only_the_owner_reads_the_file(sqlite_url: str) -> None:
    """The file of a SQLite ledger's accounts lies beside it, for its owner alone."""
    database = sqlite_url.removeprefix("sqlite:///")
    with AccountsStore.open(sqlite_url):
        assert stat.S_IMODE(accounts_file(database).stat().st_mode) == 0o600


def test_accounts_of_a_later_version_are_left_alone(database_url: str) -> None:
    """A database of a format that this version does not know is refused, and not written."""
    with AccountsStore.open(database_url) as store, store.writing() as connection:
        connection.execute(update(accounts_format).values(format=2))
    with pytest.raises(AccountsNewer):
        AccountsStore.open(database_url)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Accounts that cannot be made say where and why."""
    with pytest.raises(AccountsUnavailable, match="nowhere"):
        AccountsStore.open(f"sqlite:///{tmp_path}/nowhere/ledger.sqlite3")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "no address",
        "postgresql+psycopg:///x?schema=Kaltara",
        'postgresql+psycopg:///x?schema=a"; DROP SCHEMA ledger; --',
    ],
)
def test_an_address_without_a_place_is_refused(url: str) -> None:
    """A ledger in memory and an address that is none have no accounts."""
    with pytest.raises(BadLedgerUrl):
        AccountsStore.open(url)


def test_what_is_half_done_is_not_there(house: House) -> None:
    """A transaction that breaks off leaves nothing, and its error names no value."""

    def twice() -> None:
        row = {"id": "acc-1", "label": "rahasia", "made_at": NOW, "made_by": "x"}
        with house.store.writing() as connection:
            connection.execute(insert(accounts).values(**row))
            connection.execute(insert(accounts).values(**row))

    with pytest.raises(AccountsUnavailable) as refused:
        twice()
    assert house.accounts.all() == []
    assert "rahasia" not in str(refused.value)


def test_two_processes_may_begin_at_once(database_url: str) -> None:
    """Opening the accounts of a new ledger many times at once makes them once."""
    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(AccountsStore.open, [database_url] * 4):
            opened.close()
    with AccountsStore.open(database_url) as store, store.reading() as connection:
        assert connection.execute(accounts_format.select()).all() == [(1,)]


def test_no_secret_is_stored(house: House) -> None:
    """Of sessions, tokens, sign-ins and identities nothing stands in the database that opens."""
    account = house.account()
    house.passwords.set(account, "kata sandi yang panjang", actor="a", at=NOW)
    session = house.sessions.begin(account, Method.OPENID, at=NOW)
    _, token = house.tokens.issue(
        account,
        roles=frozenset({Role.ANALYST}),
        label="x",
        ends_at=after(days=1),
        actor="a",
        at=NOW,
    )
    flow = house.flows.begin("/", at=NOW)
    house.accounts.link(account.id, "https://sso", "subjek-rahasia", actor="a", at=NOW)
    secrets = ["subjek-rahasia", "kata sandi", session, token.removeprefix(PREFIX)]
    with house.store.reading() as connection:
        stored = "".join(
            str(connection.execute(table.select()).all()) for table in metadata.sorted_tables
        )
    assert account.id in stored
    assert not [one for one in (*secrets, flow.state, flow.browser) if one in stored]


# ----------------------------------------------------------------------------------------- accounts


def test_an_account_has_an_opaque_id(house: House) -> None:
    """Ids are random, begin alike, and tell nothing."""
    ids = {house.account().id for _ in range(5)}
    assert len(ids) == 5
    assert all(one.startswith("acc-") and len(one) == 20 for one in ids)


def test_a_person_has_one_account(house: House) -> None:
    """A second account of a person is refused, because he could confirm what he proposed."""
    first = house.accounts.add(person=stream(1), label=None, actor="a", at=NOW)
    with pytest.raises(AccountTaken, match=first.id):
        house.accounts.add(person=stream(1), label=None, actor="a", at=NOW)
    assert house.accounts.ensure(stream(1), actor="a", at=NOW) == first
    assert house.accounts.of_person(stream(1)) == first
    assert house.accounts.of_person(stream(2)) is None


def test_many_at_once_make_one_account_of_a_person(house: House) -> None:
    """A person who signs in twice at the same moment has one account."""

    def ensured(_: int) -> str:
        return house.accounts.ensure(stream(1), actor="a", at=NOW).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ensured, range(8)))) == 1


def test_a_label_never_holds_a_number(house: House) -> None:
    """A run of digits as long as a NIP is refused as a label."""
    with pytest.raises(BadValue):
        house.accounts.add(person=None, label=nip(1), actor="a", at=NOW)


def test_a_disabled_account_opens_nothing(house: House) -> None:
    """Disabling ends sessions and tokens at once, and nothing can be made under it any more."""
    account = house.account()
    session = house.sessions.begin(account, Method.OPENID, at=NOW)
    _, token = house.tokens.issue(
        account,
        roles=frozenset({Role.ANALYST}),
        label="x",
        ends_at=after(days=1),
        actor="a",
        at=NOW,
    )
    ended = house.accounts.disable(account.id, actor="a", at=NOW)
    assert ended.disabled_at == NOW
    assert house.accounts.disable(account.id, actor="a", at=after(days=1)) == ended
    assert house.sessions.find(session, at=NOW) is None
    assert house.tokens.find(token, at=NOW) is None
    with pytest.raises(AccountEnded):
        house.passwords.set(ended, "kata sandi yang panjang", actor="a", at=NOW)
    with pytest.raises(AccountEnded):
        house.accounts.link(ended.id, "https://sso", "s", actor="a", at=NOW)
    with pytest.raises(AccountEnded):
        house.tokens.issue(
            ended,
            roles=frozenset({Role.ANALYST}),
            label="x",
            ends_at=after(days=1),
            actor="a",
            at=NOW,
        )


def test_a_session_of_an_account_that_was_disabled_meanwhile_is_dead(house: House) -> None:
    """A session that begins while its account is being disabled opens nothing."""
    account = house.account()
    house.accounts.disable(account.id, actor="a", at=NOW)
    session = house.sessions.begin(account, Method.OPENID, at=NOW)
    assert house.sessions.find(session, at=NOW) is None


def test_an_unknown_account_is_named_as_unknown(house: House) -> None:
    """Whoever administers accounts is told that one does not exist."""
    for asked in (house.accounts.get, lambda one: house.accounts.disable(one, actor="a", at=NOW)):
        with pytest.raises(AccountUnknown):
            asked("acc-nobody")


# --------------------------------------------------------------------------------------- identities


def test_an_identity_opens_the_account_it_is_linked_to(house: House) -> None:
    """Issuer and subject together find the account; either alone does not."""
    account = house.account()
    house.accounts.link(account.id, "https://sso", "s-1", actor="acc-admin", at=NOW)
    found = house.accounts.of_identity("https://sso", "s-1")
    assert found is not None
    assert (found.account, found.trusted) == (account, True)
    for issuer, subject in (
        ("https://sso", "s-2"),
        ("https://other", "s-1"),
        ("https://sso\ns-1", ""),
    ):
        assert house.accounts.of_identity(issuer, subject) is None


def test_an_identity_opens_one_account_and_an_account_has_one_of_a_provider(house: House) -> None:
    """A second account for an identity, and a second identity of one provider, are refused."""
    one, two = house.account(), house.account()
    house.accounts.link(one.id, "https://sso", "s-1", actor="a", at=NOW)
    for account, subject in ((two, "s-1"), (one, "s-2")):
        with pytest.raises(AccountTaken):
            house.accounts.link(account.id, "https://sso", subject, actor="a", at=NOW)
    house.accounts.link(one.id, "https://other", "s-1", actor="a", at=NOW)
    assert house.accounts.unlink(one.id, actor="a", at=NOW) == 2
    house.accounts.link(two.id, "https://sso", "s-1", actor="a", at=NOW)
    found = house.accounts.of_identity("https://sso", "s-1")
    assert found is not None
    assert found.account == two


def test_an_administrator_confirms_what_a_claim_linked(house: House) -> None:
    """An identity linked by a claim becomes a trusted one when an administrator links it too."""
    account = house.account()
    for actor, trusted in ((None, False), ("acc-admin", True)):
        house.accounts.link(account.id, "https://sso", "s-1", actor=actor, at=NOW)
        found = house.accounts.of_identity("https://sso", "s-1")
        assert found is not None
        assert found.trusted is trusted


def test_another_ledger_hashes_identities_otherwise(house: House) -> None:
    """Under another secret the same identity is another: hashes of two ledgers do not match."""
    account = house.account()
    house.accounts.link(account.id, "https://sso", "s-1", actor="a", at=NOW)
    other = Accounts(house.store, secret=SECRET[::-1], randomness=os.urandom)
    assert other.of_identity("https://sso", "s-1") is None


# ----------------------------------------------------------------------------------------- sessions


def test_a_session_ends_when_nobody_used_it(house: House) -> None:
    """Used every quarter of an hour it lives; left alone for half an hour it is over."""
    secret = house.sessions.begin(house.account(), Method.OPENID, at=NOW)
    for minutes in (15, 30, 45, 74):
        assert house.sessions.find(secret, at=after(minutes=minutes)) is not None
    assert house.sessions.find(secret, at=after(minutes=104)) is None


def test_a_session_ends_after_a_day_of_work_however_it_was_used(house: House) -> None:
    """Ten hours after it began it is over, though used a minute before."""
    secret = house.sessions.begin(house.account(), Method.OPENID, at=NOW)
    for minutes in range(20, 600, 20):
        assert house.sessions.find(secret, at=after(minutes=minutes)) is not None
    assert house.sessions.find(secret, at=after(minutes=599)) is not None
    assert house.sessions.find(secret, at=after(minutes=600)) is None


def test_a_break_glass_session_is_short(house: House) -> None:
    """A session that began with a password lasts an hour."""
    secret = house.sessions.begin(house.account(), Method.PASSWORD, at=NOW)
    assert house.sessions.find(secret, at=after(minutes=29)) is not None
    assert house.sessions.find(secret, at=after(minutes=58)) is not None
    assert house.sessions.find(secret, at=after(minutes=60)) is None


def test_signing_in_begins_a_new_session_and_ends_the_old(house: House) -> None:
    """The secret a browser had before opens nothing after: nobody can plant one."""
    account = house.account()
    planted = house.sessions.begin(account, Method.OPENID, at=NOW)
    secret = house.sessions.begin(account, Method.OPENID, at=NOW, before=planted)
    assert house.sessions.find(planted, at=NOW) is None
    assert house.sessions.find(secret, at=NOW) is not None
    house.sessions.begin(account, Method.OPENID, at=NOW, before="made up by somebody")


def test_signing_out_ends_the_session(house: House) -> None:
    """After signing out the secret opens nothing, and signing out again does no harm."""
    secret = house.sessions.begin(house.account(), Method.OPENID, at=NOW)
    for _ in range(2):
        house.sessions.end(secret, at=NOW)
        assert house.sessions.find(secret, at=NOW) is None
    assert house.happened().count("signed out") == 1


def test_a_session_keeps_its_limits_and_its_purpose(house: House) -> None:
    """Roles it is limited to, how it began and what it reads for come back with it."""
    account = house.account()
    secret = house.sessions.begin(account, Method.DEMO, at=NOW, roles=frozenset({Role.ASN}))
    house.sessions.read_for(secret, ReadingPurpose.AUDIT)
    found = house.sessions.find(secret, at=NOW)
    assert found is not None
    assert (found.account, found.method) == (account, Method.DEMO)
    assert (found.roles, found.purpose) == (frozenset({Role.ASN}), ReadingPurpose.AUDIT)


@pytest.mark.parametrize("secret", MALFORMED)
def test_a_malformed_secret_opens_nothing(house: House, secret: str) -> None:
    """What is no secret at all is nobody's session, token or sign-in, and breaks nothing."""
    assert hash_of(secret) is None
    assert house.sessions.find(secret, at=NOW) is None
    assert house.tokens.find(PREFIX + secret, at=NOW) is None
    assert house.tokens.find(secret, at=NOW) is None
    assert house.flows.take(secret, secret, at=NOW) is None
    house.sessions.end(secret, at=NOW)


# ------------------------------------------------------------------------------------------- tokens


def test_a_token_stands_for_some_roles_of_its_account_for_a_time(house: House) -> None:
    """A token carries its roles until its end, and nothing after."""
    account = house.account()
    roles = frozenset({Role.ANALYST, Role.OPERATOR})
    one, text_ = house.tokens.issue(
        account, roles=roles, label="penarik data", ends_at=after(days=30), actor="a", at=NOW
    )
    found = house.tokens.find(text_, at=after(days=29))
    assert found is not None
    assert (found.account, found.roles, found.token) == (account, roles, one.id)
    assert house.tokens.find(text_, at=after(days=30)) is None
    assert house.tokens.all() == [one]


def test_a_revoked_token_opens_nothing(house: House) -> None:
    """Revoking takes effect at once; a second time changes nothing; another id is unknown."""
    one, text_ = house.tokens.issue(
        house.account(),
        roles=frozenset({Role.ANALYST}),
        label="x",
        ends_at=after(days=1),
        actor="a",
        at=NOW,
    )
    for at in (NOW, after(hours=1)):
        assert house.tokens.revoke(one.id, actor="a", at=at).revoked_at == NOW
    assert house.tokens.find(text_, at=NOW) is None
    with pytest.raises(AccountUnknown):
        house.tokens.revoke("tok-nobody", actor="a", at=NOW)


@pytest.mark.parametrize(
    "span", [timedelta(), timedelta(seconds=-1), LONGEST + timedelta(seconds=1)]
)
def test_no_token_is_for_ever_or_over_before_it_begins(house: House, span: timedelta) -> None:
    """An end that has passed, or one more than a year away, is refused."""
    with pytest.raises(TokenMisused):
        house.tokens.issue(
            house.account(),
            roles=frozenset({Role.ANALYST}),
            label="x",
            ends_at=NOW + span,
            actor="a",
            at=NOW,
        )


def test_a_token_without_roles_is_refused(house: House) -> None:
    """A token that could do nothing is a mistake."""
    with pytest.raises(TokenMisused):
        house.tokens.issue(
            house.account(), roles=frozenset(), label="x", ends_at=after(days=1), actor="a", at=NOW
        )


# --------------------------------------------------------------------------------- sign-ins under way


def test_a_sign_in_comes_back_once_to_the_browser_it_left(house: House) -> None:
    """State and browser together find it, once; another browser's try does not use it up."""
    flow, other = house.flows.begin("/asn", at=NOW), house.flows.begin("/", at=NOW)
    assert house.flows.take(flow.state, other.browser, at=NOW) is None
    assert house.flows.take(other.state, flow.browser, at=NOW) is None
    assert house.flows.take(flow.state, flow.browser, at=NOW) == flow
    assert house.flows.take(flow.state, flow.browser, at=NOW) is None


def test_a_sign_in_that_took_too_long_is_over(house: House) -> None:
    """After ten minutes it finds nothing, and is forgotten."""
    flow = house.flows.begin("/", at=NOW)
    assert house.flows.take(flow.state, flow.browser, at=after(minutes=10)) is None
    house.flows.begin("/", at=after(minutes=11))
    with house.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM flows")).scalar() == 1


def test_what_happened_is_forgotten_after_two_years(house: House) -> None:
    """The next thing written down takes with it what is older, and nothing that is not."""
    house.accounts.add(person=None, label=None, actor="acc-admin", at=NOW)
    house.accounts.add(person=None, label=None, actor="acc-admin", at=NOW + KEPT)
    assert house.happened() == ["account made", "account made"]
    house.accounts.add(person=None, label=None, actor="acc-admin", at=NOW + KEPT + timedelta(1))
    assert house.happened() == ["account made", "account made"]
    assert len(house.accounts.all()) == 3
