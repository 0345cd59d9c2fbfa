"""`role` as scripts see it: proposed by one, confirmed by another, listed with its days."""

from __future__ import annotations

from tests.contract.command import AsnLedger

ROLE = {
    "account", "role", "unit", "person", "since", "until", "held", "position", "granted_by",
}  # fmt: skip


def code_of(asn: AsnLedger, *arguments: object) -> tuple[int, str]:
    """Exit status and code of a refusal."""
    result = asn(*arguments, "--json")
    return result.status, result.json["error"]["code"]


def test_a_role_takes_two(founded: AsnLedger) -> None:
    """Grant, confirm, list, revoke: the shapes of each; the log verifies afterwards."""
    wish = ("role", "grant", "acc-1", "auditor", "--until", "2099-01-01")
    made = founded(*wish, "--actor", "ani", "--json").json
    assert set(made) == {"proposal", "new", "effect"}
    one = made["proposal"]
    assert (one["kind"], one["state"]) == ("role.grant", "pending")
    assert one["command"] == {"account": "acc-1", "role": "AUDITOR", "until": "2099-01-01"}
    listed = founded("role", "list", "--json").json
    assert set(listed) == {"position", "as_of", "version", "roles", "pending"}
    assert [each["id"] for each in listed["pending"]] == [one["id"]]
    assert code_of(founded, "confirm", one["id"], "--actor", "Ani") == (1, "second_person_needed")
    assert code_of(founded, "confirm", one["id"], "--actor", "acc-1") == (1, "own_role")
    done = founded("confirm", one["id"], "--actor", "budi", "--json").json
    (held,) = founded("role", "list", "--json").json["roles"]
    assert set(held) == ROLE
    assert (held["role"], held["until"], held["held"]) == ("AUDITOR", "2099-01-01", True)
    assert done["recorded"] == [held["position"]]
    assert code_of(founded, *wish, "--actor", "ani") == (1, "role_held")
    taken = founded("role", "revoke", "acc-1", "AUDITOR", "--actor", "budi", "--json").json
    founded("confirm", taken["proposal"]["id"], "--actor", "ani")
    assert founded("role", "list", "--json").json["roles"] == []
    assert founded("verify").status == 0


def test_what_cannot_be_granted(founded: AsnLedger) -> None:
    """Said with its code, and nothing proposed."""
    assert code_of(founded, "role", "revoke", "acc-1", "PANEL") == (1, "role_not_held")
    assert code_of(founded, "role", "grant", "acc-1", "ASN") == (2, "misused")
    assert code_of(founded, "role", "grant", "acc-1", "PANEL", "--until", "2020-01-01")[0] == 2
    assert code_of(founded, "role", "grant", "acc-1", "PANEL", "--unit", "X") == (1, "unit_unknown")
    assert code_of(founded, "role", "grant", "199001012015011001", "PANEL")[0] == 2
    assert founded("pending", "--json").json["pending"] == []
