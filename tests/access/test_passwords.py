"""Break-glass passwords: the right one opens, and nothing tells how near another one was."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from argon2 import Type, extract_parameters
from sqlalchemy import select

from api.access.accounts import Account, Accounts
from api.access.accounts_store import AccountsStore
from api.access.accounts_tables import passwords
from api.access.passwords import FREE_TRIES, LENGTH_MAX, LENGTH_MIN, LONGEST_WAIT, Passwords
from api.access.refusals import PasswordWeak, SignInRefused, TooManyAttempts
from api.access.sessions import Method
from ledger.errors import LedgerError
from tests.access.conftest import NOW, SECRET, House, after

GOOD = "empat kata tak berkait"


@pytest.fixture
def account(house: House) -> Account:
    """An account whose password is GOOD."""
    one = house.account()
    house.passwords.set(one, GOOD, actor="acc-admin", at=NOW)
    return one


def tried(
    house: House, name: str, password: str, *, address: str = "10.0.0.1", at: datetime = NOW
) -> str:
    """What became of a try: the account's id, or the code of the refusal."""
    try:
        return house.passwords.check(name, password, address=address, at=at).id
    except LedgerError as fault:
        return fault.code


def test_the_right_password_opens_its_account(house: House, account: Account) -> None:
    """The password that was set last, and no other, opens the account it was set for."""
    assert tried(house, account.id, GOOD) == account.id
    house.passwords.set(account, GOOD + "!", actor="a", at=NOW)
    assert tried(house, account.id, GOOD) == "sign_in_refused"
    assert tried(house, account.id, GOOD + "!") == account.id


def test_setting_a_password_ends_the_sessions(house: House, account: Account) -> None:
    """Whoever was signed in with the old password is signed out."""
    session = house.sessions.begin(account, Method.PASSWORD, at=NOW)
    house.passwords.set(account, GOOD, actor="a", at=NOW)
    assert house.sessions.find(session, at=NOW) is None


@pytest.mark.parametrize("length", [0, LENGTH_MIN - 1, LENGTH_MAX + 1])
def test_a_password_of_another_length_is_refused(house: House, length: int) -> None:
    """Fifteen characters at least, and not so many that hashing them is an attack."""
    with pytest.raises(PasswordWeak):
        house.passwords.set(house.account(), "a" * length, actor="a", at=NOW)


def test_one_password_from_every_keyboard(house: House, account: Account) -> None:
    """Composed and decomposed letters are the same password."""
    house.passwords.set(account, "caf\u00e9 di tepi sungai", actor="a", at=NOW)
    assert tried(house, account.id, "cafe\u0301 di tepi sungai") == account.id


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("acc-nobody", GOOD),
        ("", ""),
        ("acc-\x00", GOOD),
        ("\ud800", "\ud800"),
        ("' OR 1=1 --", GOOD),
        ("acc-nobody", "a" * 1_000_000),
    ],
)
def test_every_wrong_try_is_refused_alike(
    house: House, account: Account, name: str, password: str
) -> None:
    """An unknown name, hostile text and a wrong password have one answer, word for word."""
    told = []
    for one, two in ((name, password), (account.id, "salah salah salah")):
        with pytest.raises(SignInRefused) as refused:
            house.passwords.check(one, two, address="10.0.0.1", at=NOW)
        told.append((refused.value.code, str(refused.value), refused.value.details))
    assert told[0] == told[1]


def test_an_account_without_a_password_is_opened_by_none(house: House) -> None:
    """An account that has no password, or is disabled, is not opened by any."""
    bare, ended = house.account(), house.account()
    house.passwords.set(ended, GOOD, actor="a", at=NOW)
    house.accounts.disable(ended.id, actor="a", at=NOW)
    for one in (bare, ended):
        for password in ("", GOOD):
            assert tried(house, one.id, password) == "sign_in_refused"


def test_after_some_wrong_tries_one_must_wait(house: House, account: Account) -> None:
    """Five tries are free; then the wait doubles up to a quarter of an hour, for right ones too."""
    for _ in range(FREE_TRIES):
        assert tried(house, account.id, "salah") == "sign_in_refused"
    assert tried(house, account.id, GOOD) == "too_many_attempts"
    with pytest.raises(TooManyAttempts) as refused:
        house.passwords.check(account.id, GOOD, address="10.0.0.1", at=NOW)
    assert refused.value.retry_after == 2
    assert tried(house, account.id, GOOD, at=after(seconds=1)) == account.id


def test_the_wait_grows_and_has_an_end(house: House) -> None:
    """However often somebody fails, he may try again after a quarter of an hour."""
    at, waits = NOW, []
    for _ in range(FREE_TRIES + 12):
        assert tried(house, "acc-nobody", "salah", at=at) == "sign_in_refused"
        with pytest.raises((SignInRefused, TooManyAttempts)) as refused:
            house.passwords.check("acc-nobody", "salah", address="10.0.0.1", at=at)
        if isinstance(refused.value, TooManyAttempts):
            waits.append(refused.value.retry_after)
            at += LONGEST_WAIT
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_WAIT.seconds + 1


def test_waiting_is_for_the_one_who_failed(house: House, account: Account) -> None:
    """Somebody who fails from elsewhere cannot keep the owner out."""
    for _ in range(FREE_TRIES + 1):
        tried(house, account.id, "salah", address="203.0.113.7")
    assert tried(house, account.id, GOOD, address="203.0.113.7") == "too_many_attempts"
    assert tried(house, account.id, GOOD, address="10.0.0.1") == account.id


def test_an_ipv6_network_counts_as_one(house: House, account: Account) -> None:
    """Tries from many addresses of one subscriber count together; another network does not."""
    for number in range(FREE_TRIES):
        tried(house, account.id, "salah", address=f"2001:db8:0:1::{number:x}")
    assert tried(house, account.id, GOOD, address="2001:db8:0:1::ffff") == "too_many_attempts"
    assert tried(house, account.id, GOOD, address="2001:db8:0:2::1") == account.id
    assert tried(house, account.id, GOOD, address="::ffff:10.0.0.1") == account.id


def test_tries_at_once_count_each(house: House, account: Account) -> None:
    """Many wrong tries at the same moment are not checked more often than one after the other."""
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: tried(house, account.id, "salah"), range(12)))
    assert codes.count("sign_in_refused") <= FREE_TRIES
    assert tried(house, account.id, GOOD) == "too_many_attempts"


def test_every_try_is_written_down(house: House, account: Account) -> None:
    """Failed tries stand in the record without the name that was given."""
    tried(house, account.id, "salah")
    house.sessions.begin(account, Method.PASSWORD, at=NOW)
    assert house.happened()[-2:] == ["sign-in failed", "signed in"]


def test_passwords_are_hashed_as_the_standard_recommends(sqlite_url: str) -> None:
    """Without another wish the hash is argon2id with at least 64 MiB (RFC 9106, second choice)."""
    with AccountsStore.open(sqlite_url) as store:
        account = Accounts(store, secret=SECRET, randomness=os.urandom).add(
            person=None, label=None, actor="a", at=NOW
        )
        Passwords(store, secret=SECRET).set(account, GOOD, actor="a", at=NOW)
        with store.reading() as connection:
            stored = connection.execute(select(passwords.c.hash)).scalar_one()
    found = extract_parameters(stored)
    assert (found.type, found.time_cost, found.memory_cost) == (Type.ID, 3, 65_536)
