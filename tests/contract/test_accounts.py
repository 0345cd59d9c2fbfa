"""`account`: make, link, give tokens, shut; nothing of a person is shown, and no secret is kept."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from api.access.accounts_store import accounts_file
from ledger.application import Ledger
from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import Role
from tests.contract.command import AsnLedger
from tests.persons import nip

KEYS = ["id", "person", "label", "made_at", "disabled_at", "roles", "tokens"]
TOKEN_KEYS = ["id", "label", "roles", "made_at", "ends_at", "revoked_at"]
SSO = ("--issuer", "https://sso.example.go.id")
PASSWORD = "empat kata tak berkait"


def made(asn: AsnLedger, *options: str) -> dict[str, Any]:
    """A new account."""
    result = asn("account", "add", *options, "--actor", "admin", "--json")
    assert result.status == 0, result.err
    found: dict[str, Any] = result.json
    return found


def granted(asn: AsnLedger, account: str, role: Role) -> None:
    """A role for an account, as the ledger records it."""
    ledger = Ledger.open(asn.url)
    try:
        ledger.append_to_book([encode(RoleGranted(account=account, role=role))], "admin")
    finally:
        ledger.close()


def test_an_account_of_a_person_reads_his_own_record(office: AsnLedger) -> None:
    """An account of a person has the role ASN without a grant; a second one is refused."""
    one = made(office, "--person", nip(1), "--label", "pegawai")
    assert list(one) == KEYS
    assert one["roles"] == [{"role": "ASN", "unit": None, "until": None}]
    assert len(one["person"]) == 32
    again = office("account", "add", "--person", nip(1), "--json")
    assert (again.status, again.json["error"]["code"]) == (1, "account_taken")
    listed = office("account", "list", "--json")
    assert listed.json == {"accounts": [one]}
    assert nip(1) not in listed.out


def test_an_account_for_a_unit_or_for_nobody_known_is_refused(office: AsnLedger) -> None:
    """`--person` names a person: a unit, and a number nobody held, are refused."""
    for named in ("BKD", nip(777)):
        result = office("account", "add", "--person", named, "--json")
        assert result.status == 1
        assert result.json["error"]["code"] in ("person_unknown", "unit_unknown")
    assert office("account", "list", "--json").json == {"accounts": []}


def test_a_label_with_a_number_is_misuse(office: AsnLedger) -> None:
    """A label never holds a NIP, and the refusal does not repeat it."""
    result = office("account", "add", "--label", nip(1), "--json")
    assert result.status == 2
    assert nip(1) not in result.out + result.err


def test_a_token_has_roles_its_account_holds(office: AsnLedger) -> None:
    """A token carries roles that its account holds today; its text is shown once."""
    one = made(office, "--label", "penarik data")
    ask = ("account", "token", one["id"], "--role", "ANALYST", "--label", "malam", "--json")
    refused = office(*ask, "--until", "2030-01-01")
    assert (refused.status, refused.json["error"]["code"]) == (2, "token_misused")
    granted(office, one["id"], Role.ANALYST)
    for until in ("2020-01-01", "2099-01-01"):
        assert office(*ask, "--until", until).json["error"]["code"] == "token_misused"
    day = f"{int(one['made_at'][:4]) + 1}{one['made_at'][4:8]}01"
    token = office(*ask, "--until", day).json
    assert list(token) == [*TOKEN_KEYS, "account", "secret"]
    assert token["secret"].startswith("asnl_")
    listed = office("account", "list", "--json").out
    assert token["id"] in listed
    assert token["secret"] not in listed
    revoked = office("account", "revoke", token["id"], "--json")
    assert revoked.json["revoked_at"] is not None


def test_the_text_of_a_token_stands_alone_on_standard_output(office: AsnLedger) -> None:
    """A script may take the token from standard output; what people read is on standard error."""
    one = made(office)
    granted(office, one["id"], Role.AUDITOR)
    day = f"{int(one['made_at'][:4]) + 1}{one['made_at'][4:8]}01"
    result = office(
        *("account", "token", one["id"], "--role", "auditor", "--label", "x", "--until", day)
    )
    assert result.status == 0
    assert result.out.startswith("asnl_")
    assert result.out.count("\n") == 1
    assert one["id"] in result.err


def test_a_password_comes_from_standard_input(office: AsnLedger) -> None:
    """Without a terminal the password is the first line; one that is too short is misuse."""
    one = made(office)
    short = office("account", "password", one["id"], "--json", stdin="pendek\n")
    assert (short.status, short.json["error"]["code"]) == (2, "password_weak")
    result = office("account", "password", one["id"], stdin=PASSWORD + "\n")
    assert result.status == 0
    assert PASSWORD not in result.out + result.err


def test_an_identity_is_linked_and_taken_off(office: AsnLedger) -> None:
    """An identity opens one account; what is kept of it tells nothing."""
    one, two = made(office), made(office)
    link = ("account", "link", one["id"], *SSO, "--subject", "-", "--json")
    assert office(*link, stdin="subjek-1\n").status == 0
    assert office(*link, stdin="\n").status == 2
    other = office("account", "link", two["id"], *SSO, "--subject", "subjek-1", "--json")
    assert (other.status, other.json["error"]["code"]) == (1, "account_taken")
    unlinked = office("account", "unlink", one["id"], "--json")
    assert unlinked.json == {"account": one["id"], "unlinked": 1}


def test_a_disabled_account_stays_shut(office: AsnLedger) -> None:
    """Disabling is for good, and once more changes nothing."""
    one = made(office)
    first = office("account", "disable", one["id"], "--json").json
    assert first["disabled_at"] is not None
    assert office("account", "disable", one["id"], "--json").json == first
    refused = office("account", "password", one["id"], "--json", stdin=PASSWORD)
    assert (refused.status, refused.json["error"]["code"]) == (1, "account_disabled")


@pytest.mark.parametrize("command", ["disable", "unlink", "password"])
def test_an_unknown_account_is_refused(office: AsnLedger, command: str) -> None:
    """An id that is no account's is exit status 1 with what to do."""
    result = office("account", command, "acc-nobody", "--json", stdin=PASSWORD)
    assert (result.status, result.json["error"]["code"]) == (1, "account_unknown")
    assert "account list" in result.json["error"]["next_step"]


def test_accounts_lie_beside_the_ledger_and_not_in_it(office: AsnLedger) -> None:
    """Making an account adds no event and no table to the ledger's own database."""
    before = office("verify", "--json").out
    made(office)
    assert office("verify", "--json").out == before
    if office.url.startswith("sqlite"):
        path = office.url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as connection:
            found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            assert "accounts" not in {row[0] for row in found}
        assert accounts_file(path).exists()
